/** What a bot holds of the symbol on its chart: net, average, stop and target, its tranches. Fed by open_positions and quotes. */
import { useAccount } from "../live/Account";
import { minutesOn } from "../moments";
import { money, price, quantity } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Percent, Pnl } from "../parts/Figures";
import { Blank, Pane } from "../parts/Pane";
import { Ruler } from "../parts/Ruler";
import type { PositionNow } from "../pnl";
import { words } from "../words";

export function BotPositionPane({ now, symbol }: { now: PositionNow | undefined; symbol: string }) {
  const { account, quotes, marketZone } = useAccount();
  const { currency } = account;
  if (!now) {
    return (
      <Pane id="position" title={words.bot.position} at={account.updated_at} limitS={LATE_AFTER_S}>
        <Blank title={`${symbol}: ${words.bot.nothingHeld}`} detail={words.positions.emptyDetail} />
      </Pane>
    );
  }
  const { position: p } = now;
  const limit = (value: number | null) => (value === null ? words.bot.none : price(value, currency));
  const rows: [string, string][] = [
    [words.bot.dl.held, `${quantity(p.quantity, currency)} ${words.activity.at} ${price(p.entry_price, currency)}`],
    [p.stop_reason === "trailing" ? words.bot.dl.trailing : p.stop_reason === "break_even" ? words.bot.dl.breakEven : words.bot.dl.stop, limit(p.stop_price)],
    [words.bot.dl.target, limit(p.target_price)],
    [words.bot.dl.realized, money(p.realized_pnl, currency, true)],
    [words.bot.dl.charges, money(p.charges, currency)],
  ];
  return (
    <Pane id="position" title={words.bot.position} beside={<span className="chip line">{words.positions.states[p.state]}</span>} at={quotes?.updated_at ?? p.updated_at} limitS={LATE_AFTER_S}>
      <p className="second-fig"><Pnl value={now.net} currency={currency} stale={now.price.stale} strong /> <Percent value={now.netPct} stale={now.price.stale} /></p>
      <p className="mut">{words.bot.onPrice(money(now.gross, currency, true), money(-p.charges, currency))}</p>
      <p className="ruler-box"><Ruler now={now} currency={currency} /></p>
      <dl className="dl">
        {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="num">{value}</dd></div>)}
      </dl>
      {p.tranches.length > 1 && (
        <table className="tranches">
          <thead><tr><th scope="col">{words.bot.dl.tranche}</th><th scope="col">{words.bot.dl.at}</th><th scope="col" className="r">{words.bot.dl.quantity}</th><th scope="col" className="r">{words.bot.dl.price}</th></tr></thead>
          <tbody>
            {p.tranches.map((t, i) => (
              <tr key={`${t.at} ${i}`}><td>{i + 1}</td><td className="num">{minutesOn(t.at, account.market_at ?? t.at, marketZone)}</td><td className="r num">{quantity(t.quantity, currency)}</td><td className="r num">{price(t.price, currency)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </Pane>
  );
}
