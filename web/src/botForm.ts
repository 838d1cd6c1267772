/** What is typed in the bot form, and what is sent for it. Fed by BotForm; feeds api/deeds. Pure: checks only what the API could not name better. */
import type { BotSpec } from "./api/deeds";
import type { Bot, Building, Execution, Exits } from "./documents";
import { words } from "./words";

/** Every field as typed: nothing is lost, whatever is wrong with it. */
export interface BotDraft {
  name: string;
  strategy: string;
  symbols: string;
  timeframe: string;
  sizeKind: string;
  size: string;
  exits: Record<string, string>;
  building: Record<string, string>;
  execution: Record<string, string>;
  parameters: Record<string, string>;
  allowShort: boolean;
  other: string;
}

export const SIZINGS = ["equity_pct", "notional", "quantity"];
export const TIMEFRAMES = ["1m", "3m", "5m", "15m", "30m", "1h"];
/** The parameters of `confluence` that have a field of their own; others are typed as name = value. */
export const NAMED_PARAMETERS = ["buy_at", "sell_at", "confirm_s", "cooldown_s"];
export const EXITS = ["stop_pct", "target_pct", "trail_pct", "break_even_at_pct", "break_even_plus_bps", "time_exit_s"];
export const BUILDING_POLICIES = ["equal_size", "pyramid_up", "pyramid_down", "adaptive"];
export const ENTRY_STYLES = ["market", "limit", "post_only"];
export const EXIT_STYLES = ["market", "marketable_limit"];

const BUILDING = { policy: "equal_size", tranches_max: "", step_pct: "0", factor: "0.5", notional_max_pct: "" };
const EXECUTION = { entries: "market", exits: "market", offset_bps: "0", collar_bps: "50", replace_after_s: "60", replacements_max: "3" };
const BUILDING_NUMBERS = ["tranches_max", "step_pct", "factor", "notional_max_pct"];
const EXECUTION_NUMBERS = ["offset_bps", "collar_bps", "replace_after_s", "replacements_max"];
/** Older services know these two alone: another one is sent only where it is used. */
const FIRST_EXITS = ["stop_pct", "target_pct"];

export const EMPTY_DRAFT: BotDraft = {
  name: "", strategy: "confluence", symbols: "", timeframe: "5m", sizeKind: "equity_pct", size: "5", exits: {}, building: BUILDING, execution: EXECUTION,
  parameters: { buy_at: "60", sell_at: "60", confirm_s: "300", cooldown_s: "900" }, allowShort: false, other: "",
};

const typed = (value: unknown) => (value === null || value === undefined ? "" : String(value));

/** A document's part over its defaults, as typed. */
function part(found: object | null | undefined, defaults: Record<string, string>): Record<string, string> {
  return { ...defaults, ...Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, typed(value)])) };
}

/** A bot's document as a draft to edit. */
export function draftOf(bot: Bot): BotDraft {
  const { allow_short: allowShort, ...rest } = bot.parameters;
  const named = Object.fromEntries(NAMED_PARAMETERS.filter((n) => n in rest).map((n) => [n, typed(rest[n])]));
  const others = Object.entries(rest).filter(([n]) => !NAMED_PARAMETERS.includes(n));
  return {
    name: bot.name, strategy: bot.strategy, symbols: bot.symbols.join(", "), timeframe: bot.timeframe, sizeKind: bot.sizing.kind ?? "equity_pct", size: typed(bot.sizing.value),
    exits: part(bot.exits, {}), building: part(bot.building, BUILDING), execution: part(bot.execution, EXECUTION), parameters: named, allowShort: allowShort === true,
    other: others.map(([n, v]) => `${n} = ${JSON.stringify(v)}`).join("\n"),
  };
}

/** Fields that mean something under the policy chosen; the others are not shown. */
export function buildingFields(policy: string | undefined): string[] {
  return policy === "pyramid_up" || policy === "pyramid_down" ? BUILDING_NUMBERS : BUILDING_NUMBERS.filter((n) => n !== "factor");
}

/** Fields that mean something for orders sent so; none where all go at the market. */
export function executionFields(execution: Record<string, string>): string[] {
  const entriesWait = execution.entries !== "market";
  if (!entriesWait && execution.exits === "market") return [];
  return entriesWait ? EXECUTION_NUMBERS : EXECUTION_NUMBERS.filter((n) => n !== "offset_bps");
}

export type Checked = { spec: BotSpec } | { errors: Record<string, string> };

function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Reads typed numbers, and collects what is none by its field. */
class Numbers {
  readonly errors: Record<string, string> = {};

  /** Null where nothing was typed. */
  read(field: string, text: string | undefined): number | null {
    const clean = (text ?? "").trim().replaceAll(",", "").replace("−", "-");
    if (clean === "") return null;
    if (!Number.isFinite(Number(clean))) this.errors[field] = words.form.notNumber((text ?? "").trim());
    return Number(clean);
  }

  /** Those fields of a group; one that must not be empty takes its default. */
  group(name: string, fields: string[], from: Record<string, string>, defaults: Record<string, string> = {}): Record<string, number | null> {
    return Object.fromEntries(fields.map((f) => [f, this.read(`${name}.${f}`, from[f]?.trim() ? from[f] : defaults[f])]));
  }
}

function parametersOf(draft: BotDraft, numbers: Numbers): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(draft.parameters)) {
    const found = numbers.read(`parameters.${name}`, text);
    if (found !== null) parameters[name] = found;
  }
  if (draft.allowShort) parameters.allow_short = true;
  for (const line of draft.other.split("\n").filter((l) => l.trim())) {
    const [, name, text] = /^\s*([A-Za-z_]\w*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name && text) parameters[name] = value(text);
    else numbers.errors.parameters = words.form.notPair(line.trim());
  }
  return parameters;
}

function exitsOf(draft: BotDraft, numbers: Numbers): Exits {
  const all = numbers.group("exits", EXITS, draft.exits);
  return Object.fromEntries(Object.entries(all).filter(([name, found]) => found !== null || FIRST_EXITS.includes(name))) as unknown as Exits;
}

/**
 * The spec for the API, or what cannot be sent, by field. Numbers must be numbers and lines name = value; whether a size,
 * a symbol or a strategy is allowed is for the API to say, since only it knows.
 */
export function specOf(draft: BotDraft): Checked {
  const numbers = new Numbers();
  const symbols = draft.symbols.split(/[\s,]+/).filter(Boolean).map((s) => s.toUpperCase());
  if (!draft.name.trim()) numbers.errors.name = words.form.needed;
  if (symbols.length === 0) numbers.errors.symbols = words.form.needed;
  const size = numbers.read("sizing.value", draft.size);
  if (size === null) numbers.errors["sizing.value"] = words.form.needed;
  const parameters = parametersOf(draft, numbers);
  const exits = exitsOf(draft, numbers);
  const building = { policy: draft.building.policy, ...numbers.group("building", BUILDING_NUMBERS, draft.building, BUILDING) } as unknown as Building;
  const execution = { entries: draft.execution.entries, exits: draft.execution.exits, ...numbers.group("execution", EXECUTION_NUMBERS, draft.execution, EXECUTION) } as unknown as Execution;
  if (Object.keys(numbers.errors).length > 0) return { errors: numbers.errors };
  const sizing = { kind: draft.sizeKind, value: size };
  return { spec: { name: draft.name.trim(), strategy: draft.strategy.trim(), parameters, symbols, timeframe: draft.timeframe, sizing, exits, building, execution } };
}
