/** What is typed in the bot form, and what is sent for it. Fed by BotForm; feeds api/deeds. Pure: checks only what the API could not name better. */
import type { BotSpec } from "./api/deeds";
import type { Bot } from "./documents";
import { words } from "./words";

/** Every field as typed: nothing is lost, whatever is wrong with it. */
export interface BotDraft {
  name: string;
  strategy: string;
  symbols: string;
  timeframe: string;
  sizeKind: string;
  size: string;
  stop: string;
  target: string;
  parameters: Record<string, string>;
  allowShort: boolean;
  other: string;
}

export const SIZINGS = ["equity_pct", "notional", "quantity"];
export const TIMEFRAMES = ["1m", "3m", "5m", "15m", "30m", "1h"];
/** The parameters of `confluence` that have a field of their own; others are typed as name = value. */
export const NAMED_PARAMETERS = ["buy_at", "sell_at", "confirm_s", "cooldown_s"];

export const EMPTY_DRAFT: BotDraft = {
  name: "", strategy: "confluence", symbols: "", timeframe: "5m", sizeKind: "equity_pct", size: "5", stop: "", target: "",
  parameters: { buy_at: "60", sell_at: "60", confirm_s: "300", cooldown_s: "900" }, allowShort: false, other: "",
};

const typed = (value: unknown) => (value === null || value === undefined ? "" : String(value));

/** A bot's document as a draft to edit. */
export function draftOf(bot: Bot): BotDraft {
  const { allow_short: allowShort, ...rest } = bot.parameters;
  const named = Object.fromEntries(NAMED_PARAMETERS.filter((n) => n in rest).map((n) => [n, typed(rest[n])]));
  const others = Object.entries(rest).filter(([n]) => !NAMED_PARAMETERS.includes(n));
  return {
    name: bot.name, strategy: bot.strategy, symbols: bot.symbols.join(", "), timeframe: bot.timeframe, sizeKind: bot.sizing.kind ?? "equity_pct", size: typed(bot.sizing.value),
    stop: typed(bot.exits?.stop_pct), target: typed(bot.exits?.target_pct), parameters: named, allowShort: allowShort === true,
    other: others.map(([n, v]) => `${n} = ${JSON.stringify(v)}`).join("\n"),
  };
}

export type Checked = { spec: BotSpec } | { errors: Record<string, string> };

function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * The spec for the API, or what cannot be sent, by field. Numbers must be numbers and lines name = value; whether a size,
 * a symbol or a strategy is allowed is for the API to say, since only it knows.
 */
export function specOf(draft: BotDraft): Checked {
  const errors: Record<string, string> = {};
  const number = (field: string, text: string): number | null => {
    const clean = text.trim().replaceAll(",", "").replace("−", "-");
    if (clean === "") return null;
    if (!Number.isFinite(Number(clean))) errors[field] = words.form.notNumber(text.trim());
    return Number(clean);
  };
  const parameters: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(draft.parameters)) {
    const found = number(`parameters.${name}`, text);
    if (found !== null) parameters[name] = found;
  }
  if (draft.allowShort) parameters.allow_short = true;
  for (const line of draft.other.split("\n").filter((l) => l.trim())) {
    const [, name, text] = /^\s*([A-Za-z_]\w*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name && text) parameters[name] = value(text);
    else errors.parameters = words.form.notPair(line.trim());
  }
  const symbols = draft.symbols.split(/[\s,]+/).filter(Boolean).map((s) => s.toUpperCase());
  if (!draft.name.trim()) errors.name = words.form.needed;
  if (symbols.length === 0) errors.symbols = words.form.needed;
  const size = number("sizing.value", draft.size);
  if (size === null) errors["sizing.value"] = words.form.needed;
  const exits = { stop_pct: number("exits.stop_pct", draft.stop), target_pct: number("exits.target_pct", draft.target) };
  if (Object.keys(errors).length > 0) return { errors };
  const sizing = { kind: draft.sizeKind, value: size };
  return { spec: { name: draft.name.trim(), strategy: draft.strategy.trim(), parameters, symbols, timeframe: draft.timeframe, sizing, exits } };
}
