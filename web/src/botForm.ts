/** What is typed in the bot form, and what is sent for it. Fed by BotForm; feeds api/deeds. Pure: checks only what the API could not name better. */
import type { BotAsSet, BotSpec } from "./api/deeds";
import type { Building, Execution, Exits } from "./documents";
import { isText, plainValue, strayNames, typedNumber, type StrategyKind, type Typed } from "./strategies";
import { sizingDraft, sizingSent } from "./sizing";
import { words } from "./words";

/** Every field as typed: nothing is lost, whatever is wrong with it. */
export interface BotDraft {
  name: string;
  strategy: string;
  symbols: string;
  timeframe: string;
  sizeKind: string;
  size: string;
  /** What the kind reads besides, and the scale by temperature. */
  sizing: Record<string, string>;
  exits: Record<string, string>;
  building: Record<string, string>;
  execution: Record<string, string>;
  /** By strategy, so that a look at another one loses nothing. */
  parameters: Record<string, Typed>;
  /** The strategy that the bot has, whose parameters are stored; null for a new bot. */
  stored: string | null;
}

export const TIMEFRAMES = ["1m", "3m", "5m", "15m", "30m", "1h"];
export const EXITS = ["stop_pct", "target_pct", "trail_pct", "break_even_at_pct", "break_even_plus_bps", "time_exit_s"];
export const BUILDING_POLICIES = ["equal_size", "pyramid_up", "pyramid_down", "adaptive"];
export const ENTRY_STYLES = ["market", "limit", "post_only", "marketable_limit"];
export const EXIT_STYLES = ["market", "marketable_limit"];

const BUILDING = { policy: "equal_size", tranches_max: "", step_pct: "0", factor: "0.5", notional_max_pct: "" };
const EXECUTION = { entries: "market", exits: "market", offset_bps: "0", collar_bps: "50", replace_after_s: "60", replacements_max: "3" };
const BUILDING_NUMBERS = ["tranches_max", "step_pct", "factor", "notional_max_pct"];
const EXECUTION_NUMBERS = ["offset_bps", "collar_bps", "replace_after_s", "replacements_max"];
/** Older services know these two alone: another one is sent only where it is used. */
const FIRST_EXITS = ["stop_pct", "target_pct"];

export const EMPTY_DRAFT: BotDraft = {
  name: "", strategy: "confluence", symbols: "", timeframe: "5m", sizeKind: "equity_pct", size: "5", sizing: {}, exits: {}, building: BUILDING, execution: EXECUTION,
  parameters: {}, stored: null,
};

const typed = (value: unknown) => (value === null || value === undefined ? "" : String(value));

/** A document's part over its defaults, as typed. */
function part(found: object | null | undefined, defaults: Record<string, string>): Record<string, string> {
  return { ...defaults, ...Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, typed(value)])) };
}

/** A bot's document as a draft to edit. */
export function draftOf(bot: BotAsSet): BotDraft {
  return {
    name: bot.name, strategy: bot.strategy, symbols: bot.symbols.join(", "), timeframe: bot.timeframe, sizeKind: bot.sizing.kind ?? "equity_pct", size: typed(bot.sizing.value), sizing: sizingDraft(bot.sizing),
    exits: part(bot.exits, {}), building: part(bot.building, BUILDING), execution: part(bot.execution, EXECUTION),
    parameters: { [bot.strategy]: part(bot.parameters, {}) }, stored: bot.strategy,
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

/** Reads typed numbers, and collects what is none by its field. */
class Numbers {
  readonly errors: Record<string, string> = {};

  /** Null where nothing was typed. */
  read(field: string, text: string | undefined): number | null {
    const found = typedNumber(text);
    if (found !== null && !Number.isFinite(found)) this.errors[field] = words.form.notNumber((text ?? "").trim());
    return found;
  }

  /** Those fields of a group; one that must not be empty takes its default. */
  group(name: string, fields: string[], from: Record<string, string>, defaults: Record<string, string> = {}): Record<string, number | null> {
    return Object.fromEntries(fields.map((f) => [f, this.read(`${name}.${f}`, from[f]?.trim() ? from[f] : defaults[f])]));
  }
}

/**
 * A new bot, and one with another strategy, gets every parameter, so that a later default changes no bot. One that keeps
 * its strategy keeps what is stored of it, and gets what was typed.
 */
function parametersOf(draft: BotDraft, kind: StrategyKind | undefined, numbers: Numbers): Record<string, unknown> {
  const texts = draft.parameters[draft.strategy] ?? {};
  const found: Record<string, unknown> = {};
  for (const parameter of kind?.parameters ?? []) {
    const { name, default: usual } = parameter;
    const text = texts[name]?.trim();
    if (text && isText(parameter)) found[name] = text;
    else if (text) found[name] = parameter.kind === "flag" ? plainValue(text) : numbers.read(`parameters.${name}`, text);
    else if (draft.stored !== draft.strategy) found[name] = usual;
  }
  for (const name of strayNames(kind, texts)) {
    const text = texts[name]?.trim();
    if (text) found[name] = plainValue(text);
  }
  return found;
}

function exitsOf(draft: BotDraft, numbers: Numbers): Exits {
  const all = numbers.group("exits", EXITS, draft.exits);
  return Object.fromEntries(Object.entries(all).filter(([name, found]) => found !== null || FIRST_EXITS.includes(name))) as unknown as Exits;
}

/**
 * The spec for the API, or what cannot be sent, by field. Numbers must be numbers; whether a size,
 * a symbol or a strategy is allowed is for the API to say, since only it knows. `kinds` is null while they are not read: then
 * only a bot that keeps its strategy can be sent, with the parameters it has.
 */
export function specOf(draft: BotDraft, kinds: readonly StrategyKind[] | null): Checked {
  const numbers = new Numbers();
  const symbols = draft.symbols.split(/[\s,]+/).filter(Boolean).map((s) => s.toUpperCase());
  if (!draft.name.trim()) numbers.errors.name = words.form.needed;
  if (symbols.length === 0) numbers.errors.symbols = words.form.needed;
  const size = numbers.read("sizing.value", draft.size);
  if (size === null) numbers.errors["sizing.value"] = words.form.needed;
  if (kinds === null && draft.stored !== draft.strategy) numbers.errors.strategy = words.strategy.needed;
  const parameters = parametersOf(draft, kinds?.find((k) => k.name === draft.strategy), numbers);
  const exits = exitsOf(draft, numbers);
  const building = { policy: draft.building.policy, ...numbers.group("building", BUILDING_NUMBERS, draft.building, BUILDING) } as unknown as Building;
  const execution = { entries: draft.execution.entries, exits: draft.execution.exits, ...numbers.group("execution", EXECUTION_NUMBERS, draft.execution, EXECUTION) } as unknown as Execution;
  const sizing = sizingSent(draft.sizeKind, size, draft.sizing, (field, text) => numbers.read(field, text));
  if (Object.keys(numbers.errors).length > 0) return { errors: numbers.errors };
  return { spec: { name: draft.name.trim(), strategy: draft.strategy.trim(), parameters, symbols, timeframe: draft.timeframe, sizing, exits, building, execution } };
}
