/** What somebody changed of a bot while its form was open, and the question what to do with it. Fed by useBotEdit; feeds the decision back. */
import { parameterOf, type Elsewhere, type Keep } from "../botEdit";
import { Notice } from "../parts/Notice";
import type { StrategyKind } from "../strategies";
import { words } from "../words";

const { form } = words;

/** Names of single fields by their group, and of the values that are chosen, not typed. */
const GROUPS: Record<string, Record<string, string>> = { sizing: form.sizingNames, exits: form.exitNames, building: form.buildingNames, execution: form.executionNames };
const NAMES: Record<string, string> = {
  name: form.name, strategy: form.strategy, symbols: form.symbols, timeframe: form.timeframe, sizeKind: form.sizing, size: form.size,
  "building.policy": form.buildingPolicy, "execution.entries": form.entries, "execution.exits": form.exitOrders,
};
const CHOSEN: Record<string, (value: string) => string> = {
  strategy: words.strategy.name, timeframe: words.bots.timeframe, sizeKind: (v) => form.sizings[v] ?? v, "building.policy": (v) => form.buildingPolicies[v] ?? v,
  "execution.entries": (v) => form.entryStyles[v] ?? v, "execution.exits": (v) => form.exitStyles[v] ?? v,
};
const AS_RISK = ["building.tranches_max", "building.notional_max_pct"];

interface ChangedElsewhereProps {
  elsewhere: Elsewhere[];
  kinds: readonly StrategyKind[] | null;
  decide: (keep: Keep) => void;
}

function nameOf(path: string, kinds: readonly StrategyKind[] | null): string {
  const parameter = parameterOf(path);
  if (parameter) {
    const known = kinds?.find((k) => k.name === parameter.strategy)?.parameters.find((p) => p.name === parameter.name);
    return words.strategy.label(parameter.name, known?.unit ?? "");
  }
  const [group = "", name = ""] = path.split(".");
  return NAMES[path] ?? GROUPS[group]?.[name] ?? path;
}

function valueOf(path: string, text: string): string {
  if (text === "") return AS_RISK.includes(path) ? form.asRisk : form.optional;
  const parameter = parameterOf(path);
  if (parameter && (text === "true" || text === "false")) return text === "true" ? words.bot.yes : words.bot.no;
  return CHOSEN[path]?.(text) ?? text;
}

export function ChangedElsewhere({ elsewhere, kinds, decide }: ChangedElsewhereProps) {
  if (elsewhere.length === 0) return null;
  const both = elsewhere.some((e) => e.mine !== null);
  return (
    <Notice tone="warn">
      <p><b>{form.changed}</b></p>
      <ul className="changed">
        {elsewhere.map(({ path, before, now, mine }) => (
          <li key={path}>
            {nameOf(path, kinds)}: <s>{valueOf(path, before)}</s><span className="sr"> {words.records.arrow}</span> <b>{valueOf(path, now)}</b>
            {mine !== null && <> ({form.youTyped(valueOf(path, mine))})</>}
          </li>
        ))}
      </ul>
      <p>{both ? form.decideBoth : form.decide}</p>
      <p className="act">
        <button type="button" className="btn" onClick={() => decide("theirs")}>{both ? form.takeTheirs : form.goOn}</button>
        {both && <button type="button" className="btn" onClick={() => decide("mine")}>{form.keepMine}</button>}
      </p>
    </Notice>
  );
}
