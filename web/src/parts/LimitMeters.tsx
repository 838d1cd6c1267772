/** The limits as meters: how far from each. Fed by limits.ts; stands in the overview and on the risk screen. */
import { levelOf, type LimitUse } from "../limits";
import { useAccount } from "../live/Account";
import { usePositionsNow } from "../live/usePositionsNow";
import { count, money, percent, roughMoney } from "../numbers";
import { words } from "../words";
import { Meter } from "./Meter";

const pct = (value: number) => percent(value).replace(/\.?0+%$/, "%");

/** What is used and what is allowed, each with its second measure where it has one. */
function texts(use: LimitUse, currency: string): { found: string; limit: string } {
  const { found, limit, beside } = use;
  switch (use.unit) {
    case "money": return { found: money(found, currency), limit: beside === undefined ? words.risk.of(roughMoney(limit, currency)) : words.risk.ofWith(roughMoney(limit, currency), pct(beside)) };
    case "percent": return { found: beside === undefined ? percent(found) : words.risk.withBeside(percent(found), roughMoney(beside, currency)), limit: words.risk.of(pct(limit)) };
    case "times": return { found: beside === undefined ? words.risk.times(found.toFixed(2)) : words.risk.withBeside(words.risk.times(found.toFixed(2)), roughMoney(beside, currency)), limit: words.risk.of(words.risk.times(String(limit))) };
    case "count": return { found: count(found), limit: words.risk.of(count(limit)) };
  }
}

/** Figures that move with prices: a late price greys them. */
const MOVING = new Set<LimitUse["name"]>(["day_loss", "week_loss", "drawdown", "leverage"]);

export function LimitMeters({ uses }: { uses: LimitUse[] }) {
  const { account } = useAccount();
  const positions = usePositionsNow() ?? [];
  const late = !account.clock.finished && positions.some((p) => p.price.stale);
  return (
    <div className="meters">
      {uses.map((use) => (
        <Meter key={use.name} name={words.risk.names[use.name]} used={use.used} level={levelOf(use.used)} stale={late && MOVING.has(use.name)} {...texts(use, account.currency)} />
      ))}
    </div>
  );
}
