/** The size of an entry: what of it is typed in the bot form, what is sent for it, and how it reads. Fed by a bot's document; feeds botForm and ParametersPane. */
import type { Sizing } from "./documents";
import { money, percent, quantity } from "./numbers";
import { words } from "./words";

export const SIZINGS = ["equity_pct", "notional", "quantity", "volatility", "risk_per_trade"];
const TIMES = ["cool", "warm", "hot"] as const;
const DEFAULTS: Record<string, string> = { atr_period: "14", slippage_bps: "5" };

/** Fields that a kind reads besides its value, then the three that scale any of them. */
export function sizingFields(kind: string): string[] {
  const own = kind === "volatility" ? ["atr_period"] : kind === "risk_per_trade" ? ["slippage_bps"] : [];
  return [...own, ...TIMES];
}

/** The field of the API that a typed one is sent as, and its errors come back for. */
export const sizingPath = (name: string) => ((TIMES as readonly string[]).includes(name) ? `sizing.by_temperature.${name}` : `sizing.${name}`);

/** What a document says besides kind and value, as typed. */
export function sizingDraft(sizing: Sizing): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ["atr_period", "slippage_bps"] as const) if (sizing[name] != null) found[name] = String(sizing[name]);
  for (const name of TIMES) if (sizing.by_temperature) found[name] = String(sizing.by_temperature[name]);
  return found;
}

/** What is sent: of what was typed, that which the kind reads; no scale where none of its three was typed. */
export function sizingSent(kind: string, value: number | null, typed: Record<string, string>, read: (field: string, text: string | undefined) => number | null): Record<string, unknown> {
  const sent: Record<string, unknown> = { kind, value };
  for (const name of sizingFields(kind)) {
    if (name in DEFAULTS) sent[name] = read(sizingPath(name), typed[name]?.trim() ? typed[name] : DEFAULTS[name]);
  }
  if (TIMES.some((name) => typed[name]?.trim())) {
    sent.by_temperature = Object.fromEntries(TIMES.map((name) => [name, read(sizingPath(name), typed[name]?.trim() ? typed[name] : "1")]));
  }
  return sent;
}

/** A bot's size in words. */
export function sizeText(sizing: Sizing, currency: string): string {
  const scale = sizing.by_temperature;
  const times = scale ? words.bot.sizeTimes(TIMES.map((name) => scale[name])) : "";
  return `${plainSize(sizing, currency)}${times}`;
}

function plainSize(sizing: Sizing, currency: string): string {
  if (sizing.kind === "quantity") return quantity(sizing.value, currency);
  if (sizing.kind === "notional") return money(sizing.value, currency);
  if (sizing.kind === "volatility") return words.bot.byVolatility(percent(sizing.value), sizing.atr_period ?? 14);
  if (sizing.kind === "risk_per_trade") return words.bot.byRisk(percent(sizing.value));
  return words.bot.ofEquity(percent(sizing.value));
}
