/** The groups of the bot form: what it trades, how it exits, adds and sends. Fed by BotForm's draft. */
import {
  BUILDING_POLICIES, buildingFields, ENTRY_STYLES, executionFields, EXIT_STYLES, EXITS, TIMEFRAMES, type BotDraft,
} from "../botForm";
import { useAccount } from "../live/Account";
import { Choice, Field } from "../parts/Field";
import { SIZINGS, sizingFields, sizingPath } from "../sizing";
import { words } from "../words";
import { StrategyChoice, type StrategyProps } from "./StrategyPart";

export type Errors = Record<string, string>;

export interface PartProps {
  draft: BotDraft;
  errors: Errors;
  change: (part: Partial<BotDraft>) => void;
}

export function MainPart({ draft, errors, change, strategies }: StrategyProps) {
  const { account } = useAccount();
  return (
    <div className="fields">
      <Field label={words.form.name} value={draft.name} error={errors.name} placeholder={words.form.namePlaceholder} onChange={(e) => change({ name: e.target.value })} />
      <StrategyChoice draft={draft} errors={errors} change={change} strategies={strategies} />
      <Field label={words.form.symbols} value={draft.symbols} error={errors.symbols} placeholder={words.form.symbolsPlaceholder(account.market === "coinbase")} onChange={(e) => change({ symbols: e.target.value })} />
      <Choice label={words.form.timeframe} value={draft.timeframe} error={errors.timeframe} options={TIMEFRAMES} name={words.bots.timeframe} onChange={(timeframe) => change({ timeframe })} />
      <Choice label={words.form.sizing} value={draft.sizeKind} error={errors["sizing.kind"]} options={SIZINGS} name={(k) => words.form.sizings[k] ?? k} onChange={(sizeKind) => change({ sizeKind })} />
      <Field label={words.form.size} inputMode="decimal" value={draft.size} error={errors["sizing.value"] ?? errors.sizing} onChange={(e) => change({ size: e.target.value })} />
      {sizingFields(draft.sizeKind).map((name) => (
        <Field
          key={name} label={words.form.sizingNames[name] ?? name} inputMode="decimal" value={draft.sizing[name] ?? ""} placeholder={{ atr_period: "14", slippage_bps: "5" }[name] ?? "1"} hint={words.form.sizingHints[name]}
          error={errors[sizingPath(name)] ?? (name === "cool" ? errors["sizing.by_temperature"] : undefined)} onChange={(e) => change({ sizing: { ...draft.sizing, [name]: e.target.value } })}
        />
      ))}
    </div>
  );
}

export function ExitsPart({ draft, errors, change }: PartProps) {
  return (
    <>
      <Head title={words.form.exits} note={words.form.exitsNote} />
      <div className="fields">
        {EXITS.map((name) => (
          <Field
            key={name} label={words.form.exitNames[name] ?? name} inputMode="decimal" value={draft.exits[name] ?? ""} placeholder={words.form.optional} hint={words.form.exitHints[name]}
            error={errors[`exits.${name}`] ?? (name === "stop_pct" ? errors.exits : undefined)} onChange={(e) => change({ exits: { ...draft.exits, [name]: e.target.value } })}
          />
        ))}
      </div>
    </>
  );
}

/** A field that the chosen policy has no use for is shown only where the service finds it wrong. */
function shown(all: string[], useful: string[], group: string, errors: Errors): string[] {
  return all.filter((name) => useful.includes(name) || errors[`${group}.${name}`] !== undefined);
}

export function BuildingPart({ draft, errors, change }: PartProps) {
  const { building } = draft;
  const set = (name: string, text: string) => change({ building: { ...building, [name]: text } });
  const fields = shown(Object.keys(words.form.buildingNames), buildingFields(building.policy), "building", errors);
  return (
    <>
      <Head title={words.form.building} note={words.form.buildingNote} />
      <div className="fields">
        <Choice label={words.form.buildingPolicy} value={building.policy ?? ""} error={errors["building.policy"] ?? errors.building} options={BUILDING_POLICIES} name={(k) => words.form.buildingPolicies[k] ?? k} onChange={(k) => set("policy", k)} />
        {fields.map((name) => (
          <Field
            key={name} label={words.form.buildingNames[name] ?? name} inputMode="decimal" value={building[name] ?? ""} placeholder={name === "tranches_max" || name === "notional_max_pct" ? words.form.asRisk : undefined}
            error={errors[`building.${name}`]} onChange={(e) => set(name, e.target.value)}
          />
        ))}
      </div>
    </>
  );
}

export function ExecutionPart({ draft, errors, change }: PartProps) {
  const { execution } = draft;
  const set = (name: string, text: string) => change({ execution: { ...execution, [name]: text } });
  const fields = shown(Object.keys(words.form.executionNames), executionFields(execution), "execution", errors);
  return (
    <>
      <Head title={words.form.execution} note={words.form.executionNote} />
      <div className="fields">
        <Choice label={words.form.entries} value={execution.entries ?? ""} error={errors["execution.entries"] ?? errors.execution} options={ENTRY_STYLES} name={(k) => words.form.entryStyles[k] ?? k} onChange={(k) => set("entries", k)} />
        <Choice label={words.form.exitOrders} value={execution.exits ?? ""} error={errors["execution.exits"]} options={EXIT_STYLES} name={(k) => words.form.exitStyles[k] ?? k} onChange={(k) => set("exits", k)} />
        {fields.map((name) => (
          <Field key={name} label={words.form.executionNames[name] ?? name} inputMode="decimal" value={execution[name] ?? ""} error={errors[`execution.${name}`]} onChange={(e) => set(name, e.target.value)} />
        ))}
      </div>
    </>
  );
}

function Head({ title, note }: { title: string; note: string }) {
  return <div className="cap"><h2>{title}</h2><span className="dim small">{note}</span></div>;
}
