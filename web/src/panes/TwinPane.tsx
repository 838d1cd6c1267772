/** What being live cost a bot: its paper twin beside it, order by order, and what it missed. Fed by the bot's own document. */
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { clockMinutes } from "../moments";
import { money, price } from "../numbers";
import { Pnl } from "../parts/Figures";
import { Blank, Pane } from "../parts/Pane";
import { blockedWords } from "../parts/Ready";
import type { Twin, TwinFill } from "../twinDocuments";
import { slippage } from "../twinWords";
import { words } from "../words";

function FillRow({ fill, currency }: { fill: TwinFill; currency: string }) {
  const { marketZone } = useAccount();
  const shown = (value: number | null) => (value === null ? "–" : price(value, currency));
  return (
    <tr>
      <td><span className="two"><b>{words.twin.deeds[fill.purpose][fill.side]} {fill.symbol}</b><small>{clockMinutes(fill.at, marketZone)}{fill.missed && `, ${words.twin.missed(blockedWords(fill.missed))}`}</small></span></td>
      <td className="r num">{shown(fill.paper_price)}</td>
      <td className="r num">{shown(fill.live_price)}</td>
      <td className="r num">{fill.slippage_bps === null ? "–" : slippage(fill.slippage_bps)}</td>
    </tr>
  );
}

function Compared({ twin }: { twin: Twin }) {
  const { account, marketZone } = useAccount();
  const { currency } = account;
  const missed = Object.entries(twin.missed_reasons).map(([reason, n]) => `${n} ${blockedWords(reason)}`).join(", ");
  const rows: [string, string][] = [
    [words.twin.dl.cost, money(twin.slippage_cost, currency)],
    [words.twin.dl.missed, twin.missed === 0 ? "0" : `${twin.missed} (${missed})`],
    [words.twin.dl.alone, String(twin.alone)],
  ];
  return (
    <>
      <p className="second-fig"><b className="num">{twin.slippage_bps === null ? "–" : slippage(twin.slippage_bps)}</b></p>
      <p className="mut">{twin.slippage_bps === null ? words.twin.none : words.twin.cost(twin.compared)}</p>
      <dl className="dl">
        {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="num">{value}</dd></div>)}
        <div><dt>{words.twin.dl.live}</dt><dd><Pnl value={twin.net_pnl_live} currency={currency} /> <small>{words.twin.trades(twin.trades_live)}</small></dd></div>
        <div><dt>{words.twin.dl.paper}</dt><dd><Pnl value={twin.net_pnl_paper} currency={currency} /> <small>{words.twin.trades(twin.trades_paper)}</small></dd></div>
      </dl>
      <p className="mut">{twin.stopped === null ? words.twin.about(clockMinutes(twin.since, marketZone)) : words.twin.stopped(twin.stopped)}</p>
    </>
  );
}

export function TwinPane({ bot }: { bot: Bot }) {
  const { account } = useAccount();
  const { twin } = bot;
  if (!twin) return null;
  return (
    <Pane id="twin" title={words.twin.title}>
      <Compared twin={twin} />
      {twin.fills.length === 0 ? <Blank title={words.twin.nothing} detail={words.twin.nothingDetail} /> : (
        <table className="flush rows">
          <thead><tr><th scope="col">{words.twin.heads.order}</th><th scope="col" className="r">{words.twin.heads.paper}</th><th scope="col" className="r">{words.twin.heads.live}</th><th scope="col" className="r">{words.twin.heads.slippage}</th></tr></thead>
          <tbody>{[...twin.fills].reverse().map((fill) => <FillRow key={`${fill.at} ${fill.symbol} ${fill.purpose}`} fill={fill} currency={account.currency} />)}</tbody>
        </table>
      )}
    </Pane>
  );
}
