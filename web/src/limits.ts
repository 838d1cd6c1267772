/**
 * How much of each limit is used now. Fed by the account at the newest prices, its positions and the policy in force;
 * feeds the meters. Pure. A breaker trips at its limit, a check allows the limit itself.
 */
import type { Account } from "./documents";
import type { AccountNow, PositionNow } from "./pnl";
import type { Policy } from "./riskDocuments";

export type LimitName = "day_loss" | "week_loss" | "drawdown" | "at_risk" | "leverage" | "positions" | "losses_in_a_row";

export interface LimitUse {
  name: LimitName;
  /** Share of the limit, 0 to 1 and beyond. */
  used: number;
  found: number;
  limit: number;
  unit: "money" | "percent" | "times" | "count";
  /** Beside a limit in money: the percent it is; beside a percent found: the money it is. */
  beside?: number;
}

export interface LimitsView {
  account: Account;
  now: AccountNow;
  positions: readonly PositionNow[];
  policy: Policy;
}

const numberOf = (policy: Policy, name: string): number | undefined => {
  const value = policy[name];
  return typeof value === "number" && value > 0 ? value : undefined;
};

function row(name: LimitName, unit: LimitUse["unit"], found: number, limit: number | undefined, beside?: number): LimitUse[] {
  if (limit === undefined || !(limit > 0)) return [];
  return [{ name, unit, found, limit, used: found / limit, ...(beside === undefined ? {} : { beside }) }];
}

/** A loss since a start, against a share of that start and, where there is one, an amount: the nearer of the two counts. */
function loss(name: LimitName, equity: number, start: number | undefined, pct: number | undefined, most: number | undefined): LimitUse[] {
  if (!start) return [];
  const lost = Math.max(0, start - equity);
  const byPct = pct === undefined ? undefined : (start * pct) / 100;
  const limit = Math.min(byPct ?? Number.POSITIVE_INFINITY, most ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(limit)) return [];
  return row(name, "money", lost, limit, (100 * limit) / start);
}

/** The limits that are set, those that stop the whole account first. */
export function limitUses({ account, now, positions, policy }: LimitsView): LimitUse[] {
  const mark = Math.max(account.high_water_mark, now.equity);
  const down = mark > 0 ? Math.max(0, (100 * (mark - now.equity)) / mark) : 0;
  const atRisk = positions.flatMap((p) => p.position.tranches).reduce((sum, t) => sum + (t.at_risk_pct ?? 0), 0);
  // The engine's counts what is on its way too; before it tells one, what is held.
  const leverage = account.leverage ?? (now.equity > 0 ? positions.reduce((sum, p) => sum + p.notional, 0) / now.equity : 0);
  return [
    ...loss("day_loss", now.equity, account.start_equity_day, numberOf(policy, "day_loss_max_pct"), numberOf(policy, "day_loss_max")),
    ...loss("week_loss", now.equity, account.start_equity_week, numberOf(policy, "week_loss_max_pct"), undefined),
    ...row("drawdown", "percent", down, numberOf(policy, "drawdown_max_pct")),
    ...row("at_risk", "percent", atRisk, numberOf(policy, "at_risk_max_pct"), (atRisk * now.equity) / 100),
    ...row("leverage", "times", leverage, numberOf(policy, "leverage_max"), leverage * now.equity),
    ...row("positions", "count", positions.length, numberOf(policy, "positions_max")),
    ...(account.losses_in_a_row === undefined ? [] : row("losses_in_a_row", "count", account.losses_in_a_row, numberOf(policy, "losses_in_a_row_max"))),
  ];
}

export type Level = "" | "near" | "full";

/** From here on a limit is near. */
const NEAR = 0.8;

/** Reached where no more is allowed, or the breaker trips; near from four fifths on. */
export function levelOf(used: number): Level {
  if (used >= 1) return "full";
  return used >= NEAR ? "near" : "";
}
