/**
 * An edit of a bot that others may change meanwhile: what of it is sent, what changed elsewhere, and how the two come
 * together. Fed by useBotEdit with drafts of the bot as it was opened, as typed and as it is now. Pure.
 */
import type { BotSpec } from "./api/deeds";
import type { BotDraft } from "./botForm";
import { typedNumber, type StrategyKind } from "./strategies";

/** A field that somebody else changed, as text; blank where it is empty. */
export interface Elsewhere {
  /** As the API names it, but for parameters: `exits.stop_pct`, `parameters.confluence.buy_at`. */
  path: string;
  before: string;
  now: string;
  /** What was typed there, where it was. */
  mine: string | null;
}

/** Whose value a field gets that was typed in here and changed elsewhere. */
export type Keep = "mine" | "theirs";

type Texts = Record<string, string>;

const PLAIN = ["name", "strategy", "symbols", "timeframe", "sizeKind", "size"] as const;
const GROUPS = ["sizing", "exits", "building", "execution"] as const;

/** The parts of the spec that differ. A part is sent whole: the service replaces it. */
export function changesOf(before: BotSpec, after: BotSpec): Partial<BotSpec> {
  return Object.fromEntries(Object.entries(after).filter(([part, value]) => JSON.stringify(value) !== JSON.stringify(before[part as keyof BotSpec])));
}

function textsOf(draft: BotDraft): Texts {
  const found: Texts = {};
  for (const name of PLAIN) found[name] = draft[name];
  for (const group of GROUPS) for (const [name, text] of Object.entries(draft[group])) found[`${group}.${name}`] = text;
  for (const [strategy, typed] of Object.entries(draft.parameters)) for (const [name, text] of Object.entries(typed)) found[`parameters.${strategy}.${name}`] = text;
  return found;
}

/** The strategy and the name of a parameter's path; null for any other. */
export function parameterOf(path: string): { strategy: string; name: string } | null {
  const [group, strategy, ...name] = path.split(".");
  return group === "parameters" && strategy !== undefined ? { strategy, name: name.join(".") } : null;
}

/** Compares and reads fields as the service will take them. */
class Fields {
  private readonly kinds: readonly StrategyKind[] | null;
  constructor(kinds: readonly StrategyKind[] | null) {
    this.kinds = kinds;
  }

  /** A parameter that is not there is at its default. */
  text(path: string, texts: Texts): string {
    const text = (texts[path] ?? "").trim();
    const parameter = text === "" ? parameterOf(path) : null;
    if (parameter === null) return text;
    const usual = this.kinds?.find((k) => k.name === parameter.strategy)?.parameters.find((p) => p.name === parameter.name)?.default;
    return usual === undefined ? text : String(usual);
  }

  same(path: string, one: Texts, other: Texts): boolean {
    const [a, b] = [this.text(path, one), this.text(path, other)];
    if (a === b) return true;
    if (path === "symbols") return symbolsOf(a) === symbolsOf(b);
    return a !== "" && b !== "" && typedNumber(a) === typedNumber(b);
  }
}

const symbolsOf = (text: string) => text.toUpperCase().split(/[\s,]+/).filter(Boolean).join(" ");

/** What is no longer as it was opened, and not as it was typed here either. */
export function changedElsewhere(opened: BotDraft, mine: BotDraft, now: BotDraft, kinds: readonly StrategyKind[] | null): Elsewhere[] {
  const fields = new Fields(kinds);
  const [was, typed, is] = [textsOf(opened), textsOf(mine), textsOf(now)];
  return Object.keys({ ...was, ...is })
    // With another strategy all parameters are others: that it is another one says it.
    .filter((path) => parameterOf(path) === null || opened.strategy === now.strategy)
    .filter((path) => !fields.same(path, was, is) && !fields.same(path, typed, is))
    .map((path) => ({ path, before: fields.text(path, was), now: fields.text(path, is), mine: fields.same(path, was, typed) ? null : fields.text(path, typed) }));
}

/** What was typed, on the bot as it is now. */
export function broughtTogether(opened: BotDraft, mine: BotDraft, now: BotDraft, keep: Keep, kinds: readonly StrategyKind[] | null): BotDraft {
  const fields = new Fields(kinds);
  const [was, typed, is] = [textsOf(opened), textsOf(mine), textsOf(now)];
  const theirs = (path: string) => (keep === "theirs" ? !fields.same(path, was, is) || fields.same(path, was, typed) : fields.same(path, was, typed));
  const found: BotDraft = { ...now, sizing: {}, exits: {}, building: {}, execution: {}, parameters: {} };
  for (const path of Object.keys({ ...was, ...typed, ...is })) {
    const text = (theirs(path) ? is : typed)[path];
    if (text !== undefined) put(found, path, text);
  }
  return found;
}

function put(draft: BotDraft, path: string, text: string): void {
  const parameter = parameterOf(path);
  const [group, name] = path.split(".") as [string, string | undefined];
  if (parameter !== null) draft.parameters[parameter.strategy] = { ...draft.parameters[parameter.strategy], [parameter.name]: text };
  else if (name !== undefined) draft[group as (typeof GROUPS)[number]][name] = text;
  else draft[group as (typeof PLAIN)[number]] = text;
}
