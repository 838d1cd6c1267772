/** The strategies that bots may have, and a strategy's parameters as typed. Fed by GET /strategies; feeds the bot form. Pure. */

export type Value = boolean | number | string;

export interface StrategyParameter {
  name: string;
  kind: "flag" | "whole" | "number" | "text" | "choice";
  default: Value;
  /** A phrase that says what it is. */
  means: string;
  /** Both bounds are allowed, `least` unless `above`; null for a flag. */
  least: number | null;
  most: number | null;
  above: boolean;
  /** Empty where it has none. */
  unit: string;
  /** The words a choice is one of. */
  choices?: string[];
}

export interface StrategyKind {
  name: string;
  about: string;
  parameters: StrategyParameter[];
  presets: Record<string, Record<string, Value>>;
}

/** Parameters by name, as stored or typed: "true" and "false" for flags. One that is missing or blank is at its default. */
export type Typed = Record<string, string>;

/** What a parameter's field shows: what was typed, also where that is nothing, else its default. */
export function textOf(parameter: StrategyParameter, typed: Typed): string {
  return typed[parameter.name] ?? String(parameter.default);
}

/** Whether a parameter's value is the text itself. */
export function isText({ kind }: StrategyParameter): boolean {
  return kind === "text" || kind === "choice";
}

/** Commas between groups of digits, as in 10,00,000.50 or 1,000,000. Anywhere else they are none: 1,5 is not 15. */
const GROUPED = /^[-+]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$/;

/** A number as people type it; null where nothing was typed, NaN where it is none. */
export function typedNumber(text: string | undefined): number | null {
  const clean = (text ?? "").trim().replace("−", "-");
  if (clean === "") return null;
  return Number(GROUPED.test(clean) ? clean.replaceAll(",", "") : clean);
}

/** Names that were stored or typed and that the strategy does not have; all of them where the strategy is not known. */
export function strayNames(kind: StrategyKind | undefined, typed: Typed): string[] {
  return Object.keys(typed).filter((name) => !kind?.parameters.some((p) => p.name === name));
}

/** The value that a text stands for where nobody says of what kind it is: a number, true, false, or the text itself. */
export function plainValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The value that a parameter has as typed; NaN for a number that is none. */
function valueOf(parameter: StrategyParameter, typed: Typed): Value {
  const text = textOf(parameter, typed);
  if (isText(parameter)) return text.trim() || parameter.default;
  if (parameter.kind === "flag") return text.trim() === "" ? parameter.default : text === "true";
  return typedNumber(text) ?? parameter.default;
}

/** The preset whose every value is the one typed; null where there is none. */
export function presetOf(kind: StrategyKind, typed: Typed): string | null {
  const same = (values: Record<string, Value>) => kind.parameters.every((p) => valueOf(p, typed) === (values[p.name] ?? p.default));
  return Object.entries(kind.presets).find(([, values]) => same(values))?.[0] ?? null;
}

/** What is typed once a preset is taken: all its values, written out. */
export function withPreset(kind: StrategyKind, typed: Typed, preset: string): Typed {
  const values = kind.presets[preset] ?? {};
  return { ...typed, ...Object.fromEntries(kind.parameters.map((p) => [p.name, String(values[p.name] ?? p.default)])) };
}
