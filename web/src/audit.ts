/** An audit entry's before and after as lines to read. Fed by GET /audit; feeds the records screen. Pure. */

export interface Changed {
  name: string;
  before: string | null;
  after: string | null;
}

/** What a reader looks for first. */
const FIRST = ["text", "state", "symbol", "side", "quantity", "filled_quantity", "price", "reason", "name", "desired"];
/** The field of a plain sentence: it needs no name. */
const TEXT = "text";

const text = (value: unknown): string | null =>
  value === null || value === undefined || value === "" ? null : Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** One line for each field that differs; a field that stayed is left out. Plain texts are one line without a name. */
export function changesOf(before: unknown, after: unknown): Changed[] {
  if (!isMap(before) && !isMap(after)) {
    const line = { name: "", before: text(before), after: text(after) };
    return line.before === null && line.after === null ? [] : [line];
  }
  const place = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const [was, is] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .sort((a, b) => place(a) - place(b))
    .map((name) => ({ name: name === TEXT ? "" : name, before: text(was[name]), after: text(is[name]) }))
    .filter((line) => line.before !== line.after);
}
