/** Why it did or did not trade, bar by bar, quiet stretches folded into one line. Fed by decisions.ts. */
import { useMemo, useState } from "react";
import { countDecisions, foldQuiet, hasParts, inputsOf, partPoints, type DecisionRow, type JudgedBar } from "../decisions";
import { useAccount } from "../live/Account";
import { clockMinutes, type Zone } from "../moments";
import { percent, points, quantity, score } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Pips, temperatureOf } from "../parts/Score";
import { words } from "../words";

/** A day may have hundreds of rows, which would push the rest of a phone's page out of reach. */
const ROWS_AT_ONCE = 20;

function foldText(row: Extract<DecisionRow, { kind: "quiet" }>, zone: Zone): string {
  const [from, to] = [clockMinutes(row.from, zone), clockMinutes(row.to, zone)];
  if (row.low === null || row.high === null) return words.bot.decisions.fold(from, to, row.bars);
  return words.bot.decisions.foldScores(from, to, row.bars, score(row.low), score(row.high));
}

function Part({ name, value }: { name: string; value: number | null }) {
  return <span data-l={name}>{value === null ? "–" : points(value)}</span>;
}

function inputText(name: string, value: number): string {
  if (name === "side") return value > 0 ? words.strategy.sides.up : words.strategy.sides.down;
  if (name === "scheduled") return value === 0 ? words.bot.no : words.bot.yes;
  return name.endsWith("_pct") ? percent(value) : quantity(Number(value.toFixed(2)));
}

/** A confluence score in its parts, which have columns of their own; another strategy's numbers by their names. */
function Inputs({ bar, strategy }: { bar: JudgedBar; strategy: string }) {
  if (!hasParts(bar, strategy)) {
    const inputs = inputsOf(bar);
    return <td role="cell" className="r num mut inputs">{inputs.length === 0 ? "–" : inputs.map(([name, value]) => <span key={name}>{words.strategy.input(name)} {inputText(name, value)}</span>)}</td>;
  }
  return (
    <td role="cell" className="r num mut parts">
      <Part name="RSI" value={partPoints(bar, "rsi")} />
      <Part name="MA" value={partPoints(bar, "ma")} />
      <Part name="MACD" value={partPoints(bar, "macd")} />
    </td>
  );
}

/** The engine's sentence, or the verdict's own words; never the same word twice. */
function Detail({ bar, verdict }: { bar: JudgedBar; verdict: string }) {
  const sentence = bar.detail && bar.detail !== verdict ? bar.detail : bar.verdict === "signal" ? "" : verdict;
  return bar.verdict === "ended" ? <b>{sentence}</b> : sentence;
}

function BarRow({ bar, strategy, zone }: { bar: JudgedBar; strategy: string; zone: Zone }) {
  const verdict = words.bot.decisions.verdicts[bar.verdict] ?? bar.verdict;
  return (
    <tr role="row">
      <td role="cell" className="num">{clockMinutes(bar.at, zone)}</td>
      <Inputs bar={bar} strategy={strategy} />
      <td role="cell">
        <span className="sc2">
          <Pips temperature={bar.score === null ? null : temperatureOf(bar.score)} />
          <span className="num">{bar.score === null ? "–" : score(bar.score)}</span>
        </span>
      </td>
      <td role="cell" className="full">
        {bar.verdict === "signal" && <span className="chip info">{verdict}</span>} <Detail bar={bar} verdict={verdict} />
      </td>
    </tr>
  );
}

export function DecisionsPane({ bars, strategy }: { bars: JudgedBar[] | undefined; strategy: string }) {
  const { account, marketZone } = useAccount();
  const rows = useMemo(() => foldQuiet(bars ?? []), [bars]);
  const [most, setMost] = useState(ROWS_AT_ONCE);
  const counts = countDecisions(bars ?? []);
  const heads = [words.bot.decisions.closed, strategy === "confluence" ? words.bot.decisions.parts : words.strategy.inputs, words.bot.decisions.score, words.bot.decisions.decision];
  return (
    <Pane
      id="decisions" title={words.bot.decisions.title} at={account.updated_at} limitS={LATE_AFTER_S}
      beside={bars && bars.length > 0 && <span className="dim small long">{words.bot.decisions.summary(counts.bars, counts.candidates, counts.signals)}</span>}
    >
      {!bars ? <Loading what={words.bot.decisions.title} /> : bars.length === 0 ? <Blank title={words.bot.decisions.empty} detail={words.bot.decisions.emptyDetail} /> : (
        <table className="flush rows stack dec" role="table" aria-label={words.bot.decisions.title}>
          <thead role="rowgroup">
            <tr role="row">{heads.map((h, i) => <th key={h} role="columnheader" scope="col" className={i === 1 ? "r" : ""}>{h}</th>)}</tr>
          </thead>
          <tbody role="rowgroup">
            {rows.slice(0, most).map((row) => row.kind === "bar" ? <BarRow key={row.bar.at} bar={row.bar} strategy={strategy} zone={marketZone} /> : (
              <tr key={`q${row.to}`} role="row" className="fold"><td role="cell" colSpan={4}>{foldText(row, marketZone)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > most && <p className="act"><button type="button" className="btn" onClick={() => setMost(most + ROWS_AT_ONCE)}>{words.pane.older}</button></p>}
    </Pane>
  );
}
