/** How much of each limit is used, and from where on it is near or reached. */
import { expect, it } from "vitest";
import type { Account } from "./documents";
import { levelOf, limitUses } from "./limits";
import type { PositionNow } from "./pnl";

const account = { start_equity_day: 1_000_000, start_equity_week: 900_000, high_water_mark: 1_010_000, equity: 985_000 } as Account;
const position = (notional: number, ...atRisk: number[]) => ({ notional, position: { tranches: atRisk.map((at_risk_pct) => ({ at_risk_pct })) } }) as unknown as PositionNow;
const now = { equity: 985_000, net: -15_000, netPct: -1.5, stale: [] };
const policy = { day_loss_max_pct: 3, week_loss_max_pct: 7, drawdown_max_pct: 10, at_risk_max_pct: 15, leverage_max: 1, positions_max: 10, losses_in_a_row_max: 5 };
const uses = (more = {}, changed: Partial<Account> = {}) =>
  Object.fromEntries(limitUses({ account: { ...account, ...changed }, now, positions: [position(50_000, 1, 0.5), position(48_500, 2)], policy: { ...policy, ...more } }).map((u) => [u.name, u]));

it("measures a day's loss in money against its share of the day's start", () => {
  expect(uses().day_loss).toEqual({ name: "day_loss", unit: "money", found: 15_000, limit: 30_000, used: 0.5, beside: 3 });
});

it("takes the nearer of a day's loss in percent and in money", () => {
  expect(uses({ day_loss_max: 20_000 }).day_loss).toMatchObject({ limit: 20_000, used: 0.75, beside: 2 });
  expect(uses({ day_loss_max: 50_000 }).day_loss).toMatchObject({ limit: 30_000 });
});

it("counts a gain as no loss", () => {
  expect(uses().week_loss).toMatchObject({ found: 0, used: 0, limit: 63_000 });
});

it("measures the drawdown from the mark, and a new high as none", () => {
  expect(uses().drawdown?.found).toBeCloseTo(2.475, 3);
  expect(uses({}, { high_water_mark: 900_000 }).drawdown).toMatchObject({ found: 0 });
});

it("adds up what every tranche risks, and what is held for the exposure", () => {
  expect(uses().at_risk).toMatchObject({ found: 3.5, used: 3.5 / 15 });
  expect(uses().leverage?.found).toBeCloseTo(0.1, 6);
  expect(uses({}, { leverage: 0.4 }).leverage).toMatchObject({ found: 0.4 });
  expect(uses().positions).toMatchObject({ found: 2, limit: 10 });
});

it("leaves out a limit that is not set, and a streak that nobody counts", () => {
  expect(uses({ leverage_max: null }).leverage).toBeUndefined();
  expect(uses().losses_in_a_row).toBeUndefined();
  expect(uses({}, { losses_in_a_row: 4 }).losses_in_a_row).toMatchObject({ found: 4, used: 0.8 });
});

it("is near from four fifths on and full at the limit itself", () => {
  expect([0.79, 0.8, 0.999, 1, 1.4].map(levelOf)).toEqual(["", "near", "near", "full", "full"]);
});
