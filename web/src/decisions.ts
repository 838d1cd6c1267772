/** A bot's bars as a readable list: newest first, quiet stretches folded. Fed by decisions documents; feeds the decisions pane. Pure. */
import type { Decision, Decisions } from "./marketDocuments";

/** One judged bar. `at` is the bar's close. */
export interface JudgedBar extends Decision {
  symbol: string;
}

export type DecisionRow =
  | { kind: "bar"; bar: JudgedBar }
  | { kind: "quiet"; from: number; to: number; bars: number; low: number | null; high: number | null };

/** All bars of the documents for one symbol, newest first. Keys are SYMBOL_HHMM; a symbol may hold underscores itself. */
export function judgedBars(documents: readonly Decisions[], symbol: string): JudgedBar[] {
  const bars: JudgedBar[] = [];
  for (const document of documents) {
    for (const [key, decision] of Object.entries(document.bars ?? {})) {
      if (key.slice(0, key.lastIndexOf("_")) === symbol) bars.push({ ...decision, symbol });
    }
  }
  return bars.sort((a, b) => b.at - a.at);
}

/** Rows to show: every bar on which something happened, and the newest; two quiet bars or more in a row become one line. */
export function foldQuiet(bars: readonly JudgedBar[]): DecisionRow[] {
  const rows: DecisionRow[] = [];
  let run: JudgedBar[] = [];
  const flush = () => {
    const [first] = run;
    const last = run.at(-1);
    if (first && last && run.length === 1) rows.push({ kind: "bar", bar: first });
    else if (first && last) {
      const scores = run.map((b) => b.score).filter((s): s is number => s !== null);
      const known = scores.length > 0;
      const low = known ? Math.min(...scores) : null;
      rows.push({ kind: "quiet", from: last.at, to: first.at, bars: run.length, low, high: known ? Math.max(...scores) : null });
    }
    run = [];
  };
  bars.forEach((bar, index) => {
    const quiet = bar.verdict === "quiet" || bar.verdict === "warming";
    if (index > 0 && quiet) run.push(bar);
    else {
      flush();
      rows.push({ kind: "bar", bar });
    }
  });
  flush();
  return rows;
}

/** The weights of the score's parts: contract section 4. */
const WEIGHTS = { rsi: 40, ma: 30, macd: 30 };

export type PartName = keyof typeof WEIGHTS;

/** What a part gave to the score, in points: the three sum up to it. Null where the bar has no such part. */
export function partPoints(bar: Decision, name: PartName): number | null {
  const part = bar[name];
  return part == null ? null : part * WEIGHTS[name];
}

/** The numbers that its strategy named, by name; a decision's own fields are none of them. */
export function inputsOf(bar: Decision): [string, number][] {
  const own = ["at", "score"];
  return Object.entries(bar).filter((each): each is [string, number] => typeof each[1] === "number" && !own.includes(each[0])).sort(([a], [b]) => a.localeCompare(b));
}

/** Whether a bar's numbers are the parts of a confluence score; a bot's earlier bars may be another strategy's. */
export function hasParts(bar: Decision, strategy: string): boolean {
  const inputs = inputsOf(bar);
  return inputs.length === 0 ? strategy === "confluence" : inputs.every(([name]) => name in WEIGHTS);
}

export interface DecisionCounts {
  bars: number;
  candidates: number;
  signals: number;
}

/** How many bars were judged, how many candidates began, how many became signals. `bars` is newest first. */
export function countDecisions(bars: readonly JudgedBar[]): DecisionCounts {
  let candidates = 0;
  let signals = 0;
  for (let i = bars.length - 1; i >= 0; i -= 1) {
    const verdict = bars[i]?.verdict;
    const before = bars[i + 1]?.verdict;
    if (verdict === "signal") signals += 1;
    const began = verdict === "candidate" || verdict === "signal";
    if (began && before !== "candidate") candidates += 1;
  }
  return { bars: bars.length, candidates, signals };
}
