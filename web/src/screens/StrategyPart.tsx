/** The strategy's part of the bot form: which one, from which preset, with which parameters. Fed by GET /strategies and the draft. */
import type { Strategies } from "../api/useStrategies";
import { useAccount } from "../live/Account";
import { quantity } from "../numbers";
import { Choice, Field, FieldError, Flag } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { presetOf, strayNames, textOf, withPreset, type StrategyKind, type StrategyParameter, type Typed } from "../strategies";
import { words } from "../words";
import type { Errors, PartProps } from "./BotFormParts";

export type StrategyProps = PartProps & { strategies: Strategies };

const of = (kinds: StrategyKind[] | null, name: string) => kinds?.find((k) => k.name === name);

/** Where the list could not be read: says so, and reads it again. */
export function StrategiesNotice({ strategies: { kinds, failed, busy, again } }: { strategies: Strategies }) {
  if (kinds !== null || failed === null) return null;
  return (
    <Notice tone="warn">
      <p>{words.strategy.failed} {failed}</p>
      <button type="button" className="btn" disabled={busy} onClick={again}>{busy ? words.strategy.reading : words.strategy.again}</button>
    </Notice>
  );
}

export function StrategyChoice({ draft, errors, change, strategies: { kinds, failed } }: StrategyProps) {
  const names = (kinds ?? []).map((k) => k.name);
  const hint = of(kinds, draft.strategy)?.about ?? (kinds === null && failed === null ? words.strategy.reading : undefined);
  return (
    <Choice
      label={words.form.strategy} value={draft.strategy} error={errors.strategy} hint={hint} options={names.includes(draft.strategy) ? names : [draft.strategy, ...names]}
      name={words.strategy.name} onChange={(strategy) => change({ strategy })}
    />
  );
}

const INPUT_MODES: Partial<Record<StrategyParameter["kind"], "numeric" | "decimal">> = { whole: "numeric", number: "decimal" };
const LEADERS = "leaders";

/** Whom a bot may follow in its own account; another account's bots are typed. */
function Leaders() {
  const { bots } = useAccount();
  return <datalist id={LEADERS}>{["*", ...(bots.rows ?? []).map((b) => b.id)].map((id) => <option key={id} value={id} />)}</datalist>;
}

function hintOf({ means, least, most, above }: StrategyParameter): string {
  return words.strategy.hint(means, least === null || most === null ? null : words.strategy.bounds(quantity(least), quantity(most), above));
}

function Parameter({ parameter, typed, error, set }: { parameter: StrategyParameter; typed: Typed; error: string | undefined; set: (text: string) => void }) {
  const { name, kind, unit } = parameter;
  const text = textOf(parameter, typed);
  if (kind === "choice") {
    return <Choice label={words.strategy.parameter(name)} value={text} error={error} hint={hintOf(parameter)} options={parameter.choices ?? []} name={words.strategy.choice} onChange={set} />;
  }
  if (kind === "flag") return <Flag label={words.strategy.parameter(name)} checked={text === "true"} error={error} hint={hintOf(parameter)} onChange={(on) => set(String(on))} />;
  return (
    <Field
      label={words.strategy.label(name, unit)} inputMode={INPUT_MODES[kind] ?? "text"} list={name === "leader" ? LEADERS : undefined} value={text} placeholder={String(parameter.default)} error={error} hint={hintOf(parameter)}
      onChange={(e) => set(e.target.value)}
    />
  );
}

/** Refusals of parameters that no field shows. */
function unplaced(errors: Errors, shown: string[]): string[] {
  const fields = shown.map((name) => `parameters.${name}`);
  return Object.entries(errors).flatMap(([field, sentence]) => (field === "parameters" ? [sentence] : field.startsWith("parameters.") && !fields.includes(field) ? [`${field}: ${sentence}`] : []));
}

export function ParametersPart({ draft, errors, change, strategies: { kinds } }: StrategyProps) {
  const kind = of(kinds, draft.strategy);
  const typed = draft.parameters[draft.strategy] ?? {};
  const put = (all: Typed) => change({ parameters: { ...draft.parameters, [draft.strategy]: all } });
  const set = (name: string) => (text: string) => put({ ...typed, [name]: text });
  const strays = strayNames(kind, typed);
  const preset = kind ? presetOf(kind, typed) : null;
  const presets = Object.keys(kind?.presets ?? {});
  const wrong = unplaced(errors, [...(kind?.parameters.map((p) => p.name) ?? []), ...strays]);
  return (
    <>
      <h2 className="cap">{words.form.parameters}</h2>
      {wrong.map((sentence) => <FieldError key={sentence}>{sentence}</FieldError>)}
      <Leaders />
      <div className="fields">
        {kind && presets.length > 0 && (
          <Choice
            label={words.strategy.preset} value={preset ?? ""} hint={words.strategy.presetHint} options={preset === null ? ["", ...presets] : presets}
            name={(p) => (p === "" ? words.strategy.ownValues : words.strategy.presetNames[p] ?? p)} onChange={(p) => p !== "" && put(withPreset(kind, typed, p))}
          />
        )}
        {kind?.parameters.map((p) => <Parameter key={`${kind.name} ${p.name}`} parameter={p} typed={typed} error={errors[`parameters.${p.name}`]} set={set(p.name)} />)}
        {strays.map((name) => (
          <Field key={name} label={words.strategy.label(name, "")} value={typed[name] ?? ""} error={errors[`parameters.${name}`]} hint={kind && words.strategy.stray} onChange={(e) => set(name)(e.target.value)} />
        ))}
      </div>
    </>
  );
}
