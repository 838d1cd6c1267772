/**
 * The limits a person may set: what each is measured in, what is typed for it, what is sent, what waits for the next
 * session. Fed by risk_policies and accounts.policy_in_force, policy_next; feeds the policy form. Pure: whether a limit is allowed is for the API to say.
 */
import type { Policy, PolicyValue } from "./riskDocuments";
import { typedNumber } from "./strategies";
import { words } from "./words";

/** `list`: symbols or windows, parted by commas. `temperature`: one of four words. */
export type PolicyUnit = "percent" | "money" | "count" | "seconds" | "bps" | "times" | "list" | "temperature";

export interface PolicyField {
  name: string;
  unit: PolicyUnit;
  /** May be left empty: no such limit. */
  optional?: true;
}

export const POLICY_GROUPS: { name: keyof typeof words.risk.groups; fields: PolicyField[] }[] = [
  { name: "breakers", fields: [
    { name: "day_loss_max_pct", unit: "percent" }, { name: "day_loss_max", unit: "money", optional: true },
    { name: "week_loss_max_pct", unit: "percent" }, { name: "drawdown_max_pct", unit: "percent" },
    { name: "losses_in_a_row_max", unit: "count", optional: true }, { name: "rejects_max", unit: "count" }, { name: "feed_lost_s", unit: "seconds" },
  ] },
  { name: "account", fields: [
    { name: "at_risk_max_pct", unit: "percent" }, { name: "leverage_max", unit: "times" }, { name: "positions_max", unit: "count" },
    { name: "symbol_exposure_max_pct", unit: "percent" }, { name: "bot_exposure_max_pct", unit: "percent" },
  ] },
  { name: "entry", fields: [
    { name: "notional_max_pct", unit: "percent" }, { name: "notional_max", unit: "money", optional: true }, { name: "notional_min", unit: "money" },
    { name: "temperature_min", unit: "temperature" }, { name: "quote_age_max_s", unit: "seconds" },
    { name: "spread_max_bps", unit: "bps" }, { name: "slippage_max_bps", unit: "bps" },
  ] },
  { name: "pace", fields: [
    { name: "trades_day_max", unit: "count", optional: true }, { name: "orders_per_second_max", unit: "count" },
    { name: "orders_per_minute_max", unit: "count", optional: true }, { name: "cooldown_min_s", unit: "seconds", optional: true },
  ] },
  { name: "scope", fields: [
    { name: "symbols_allowed", unit: "list", optional: true }, { name: "no_entry", unit: "list", optional: true },
  ] },
];

export const POLICY_FIELDS: PolicyField[] = POLICY_GROUPS.flatMap((g) => g.fields);

/** Every field as typed. */
export type PolicyDraft = Record<string, string>;

const typed = (value: PolicyValue | undefined) => (value == null ? "" : Array.isArray(value) ? value.join(", ") : String(value));

/** The limits as a draft to edit. */
export function policyDraft(policy: Policy): PolicyDraft {
  return Object.fromEntries(POLICY_FIELDS.map((f) => [f.name, typed(policy[f.name])]));
}

export type CheckedPolicy = { change: Policy } | { errors: Record<string, string> };

function listOf(text: string): string[] {
  return text.split(/[,\n]+/).map((part) => part.trim().toUpperCase()).filter(Boolean);
}

/** What changed in the draft, ready to send, or what cannot be sent, by field. An emptied optional limit is sent as null. */
export function policyChange(draft: PolicyDraft, before: Policy): CheckedPolicy {
  const was = policyDraft(before);
  const errors: Record<string, string> = {};
  const change: Policy = {};
  for (const { name, unit, optional } of POLICY_FIELDS) {
    const text = (draft[name] ?? "").trim();
    if (text === was[name]) continue;
    if (unit === "list") change[name] = listOf(text);
    else if (text === "" && optional) change[name] = null;
    else if (text === "") errors[name] = words.form.needed;
    else if (unit === "temperature") change[name] = text;
    else {
      const number = typedNumber(text) ?? Number.NaN;
      if (Number.isFinite(number)) change[name] = number;
      else errors[name] = words.form.notNumber(text);
    }
  }
  return Object.keys(errors).length > 0 ? { errors } : { change };
}

/** Fields that will be others from the next session on: looser ones wait for it. */
export function pendingFields(inForce: Policy | undefined, next: Policy | null | undefined): PolicyField[] {
  if (!inForce || !next) return [];
  return POLICY_FIELDS.filter((f) => f.name in next && f.name in inForce && typed(next[f.name]) !== typed(inForce[f.name]));
}
