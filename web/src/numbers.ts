/** How a number is written: money, prices, percents, scores, quantities. Fed by every figure on the screens; pure. */

/** U+2212. A hyphen is narrower than the plus sign and breaks columns. */
export const MINUS = "\u2212";

const SYMBOLS: Record<string, string> = { INR: "₹", USD: "$", USDC: "$", EUR: "€", GBP: "£" };

export type Sign = "gain" | "loss" | "zero";

/** A figure split so that its minor unit (paise, cents) can be set smaller: `whole` carries sign and symbol. */
export interface MoneyParts {
  whole: string;
  minor: string;
}

/** Locale that groups the way readers of this currency expect: 25,03,925 for rupees, 2,503,925 elsewhere. */
function localeOf(currency: string): string {
  return currency === "INR" ? "en-IN" : "en-US";
}

const formatters = new Map<string, Intl.NumberFormat>();

function grouped(value: number, locale: string, least: number, most: number): string {
  const key = `${locale} ${least} ${most}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}

/** Gain, loss or zero, judged on the figure as it will be shown: −0.004 shows as 0.00 and has no colour. */
export function signOf(value: number, decimals = 2): Sign {
  const shown = Number(value.toFixed(decimals));
  if (shown > 0) return "gain";
  return shown < 0 ? "loss" : "zero";
}

function withSign(value: number, decimals: number, signed: boolean, body: string): string {
  const sign = signOf(value, decimals);
  if (sign === "loss") return MINUS + body;
  return signed && sign === "gain" ? `+${body}` : body;
}

/** The currency's symbol, or its code and a no-break space: "₹", "$", "CHF ". */
export function currencySymbol(currency: string): string {
  return SYMBOLS[currency] ?? `${currency}\u00a0`;
}

/** Money with both decimals: ₹25,03,925.88, −₹1,141.56; `signed` adds + to gains (P&L always, balances never). */
export function money(value: number, currency: string, signed = false): string {
  const body = currencySymbol(currency) + grouped(Math.abs(value), localeOf(currency), 2, 2);
  return withSign(value, 2, signed, body);
}

/** As `money`, in two parts for the one big figure of a page. */
export function moneyParts(value: number, currency: string): MoneyParts {
  const text = money(value, currency);
  const dot = text.lastIndexOf(".");
  return { whole: text.slice(0, dot), minor: text.slice(dot) };
}

/** Rounded money for axes and meters only: ₹75,038, and from a lakh on "10.01 lakh", "2.48 crore" for rupees. */
export function roughMoney(value: number, currency: string): string {
  const size = Math.abs(value);
  if (currency === "INR" && size >= 1e7) return withSign(value, 0, false, `${grouped(size / 1e7, "en-IN", 2, 2)} crore`);
  if (currency === "INR" && size >= 1e5) return withSign(value, 0, false, `${grouped(size / 1e5, "en-IN", 2, 2)} lakh`);
  return withSign(value, 0, false, currencySymbol(currency) + grouped(size, localeOf(currency), 0, 0));
}

/** An axis label, grouped, without symbol: whole units, or cents where the axis's step is finer than one. */
export function axisMoney(value: number, currency: string, step = 1): string {
  const decimals = step < 1 ? 2 : 0;
  return withSign(value, decimals, false, grouped(Math.abs(value), localeOf(currency), decimals, decimals));
}

/** A price as its instrument quotes it: two decimals at least, as many as the value carries up to eight, no symbol. */
export function price(value: number, currency = "INR"): string {
  return withSign(value, 8, false, grouped(Math.abs(value), localeOf(currency), 2, 8));
}

/** A quantity: whole lots without decimals, crypto with as many as it carries; a short one keeps its minus. */
export function quantity(value: number, currency = "INR"): string {
  return withSign(value, 8, false, grouped(Math.abs(value), localeOf(currency), 0, 8));
}

/** A percentage that is already in percent (0.11 means 0.11%), two decimals. */
export function percent(value: number, signed = false): string {
  return `${withSign(value, 2, signed, Math.abs(value).toFixed(2))}%`;
}

/** A score from −100 to +100, one decimal, always with its sign. */
export function score(value: number): string {
  return withSign(value, 1, true, Math.abs(value).toFixed(1));
}

/** A part of a score (RSI, MA or MACD), as whole points. */
export function points(value: number): string {
  return withSign(value, 0, true, Math.abs(value).toFixed(0));
}

/** A whole number, grouped. */
export function count(value: number, currency = "INR"): string {
  return withSign(value, 0, false, grouped(Math.abs(value), localeOf(currency), 0, 0));
}
