/** A bot's newest closed trades, narrow enough to stand beside its chart. Fed by closed_trades. */
import type { ClosedTrade } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { clockMinutes, dayShort } from "../moments";
import { money, price } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Pnl } from "../parts/Figures";
import { Blank, Pane, Rows } from "../parts/Pane";
import { queries } from "../queries";
import { words } from "../words";

function TradeRow({ trade: t }: { trade: ClosedTrade }) {
  const { account, marketZone } = useAccount();
  const { currency } = account;
  return (
    <tr>
      <td><span className="two"><b>{t.symbol}</b><small>{dayShort(t.exit_at, marketZone)}, {clockMinutes(t.entry_at, marketZone)} – {clockMinutes(t.exit_at, marketZone)}</small></span></td>
      <td>{words.trades.reasons[t.exit_reason] ?? t.exit_reason}<small>{price(t.entry_price, currency)} – {price(t.exit_price, currency)}</small></td>
      <td className="r"><Pnl value={t.net_pnl} currency={currency} strong /><small className="num">{words.trades.ofGross(money(t.gross_pnl, currency, true))}</small></td>
    </tr>
  );
}

export function BotTradesPane({ bot }: { bot: string }) {
  const { account, owner } = useAccount();
  const trades = useLive<ClosedTrade>(queries.botTrades(owner, bot));
  const heads = [words.trades.symbol.split(",")[0] ?? "", words.trades.how, words.trades.net];
  return (
    <Pane id="trades" title={words.trades.title} at={account.updated_at} limitS={LATE_AFTER_S}>
      <Rows live={trades} what={words.trades.title} empty={<Blank title={words.trades.empty} detail={words.trades.emptyDetail} />}>
        {(rows) => (
          <table className="flush rows">
            <thead><tr>{heads.map((h, i) => <th key={h} scope="col" className={i === 2 ? "r" : ""}>{h}</th>)}</tr></thead>
            <tbody>{rows.map((t) => <TradeRow key={t.id} trade={t} />)}</tbody>
          </table>
        )}
      </Rows>
    </Pane>
  );
}
