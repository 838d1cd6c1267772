/** The limits a person may set: presets, single fields, the service's word at each, what waits for the next session. Fed by policy.ts. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { useAccount } from "../live/Account";
import { useLimits } from "../live/useRisk";
import { Choice, Field } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { Loading, Pane } from "../parts/Pane";
import { pendingFields, policyChange, policyDraft, POLICY_GROUPS, type PolicyDraft, type PolicyField } from "../policy";
import type { Policy, PolicyValue } from "../riskDocuments";
import { words } from "../words";
import { PresetChoices } from "./PresetChoices";

const TEMPERATURES = ["FROZEN", "COOL", "WARM", "HOT"];

/** A limit as a reader writes it. */
function limitText(field: PolicyField, value: PolicyValue | undefined): string {
  if (value == null || (Array.isArray(value) && value.length === 0)) return field.unit === "list" && field.name !== "no_entry" ? words.risk.all : words.risk.offLimit;
  if (field.unit === "temperature") return words.bots.temperatures[String(value)] ?? String(value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function LimitField({ field, text, error, waits, set }: { field: PolicyField; text: string; error: string | undefined; waits: string | undefined; set: (text: string) => void }) {
  const label = words.risk.fields[field.name] ?? field.name;
  if (field.unit === "temperature") {
    return <Choice label={label} value={text || "FROZEN"} error={error} hint={waits} options={TEMPERATURES} name={(t) => words.bots.temperatures[t] ?? t} onChange={set} />;
  }
  const empty = field.name === "symbols_allowed" ? words.risk.all : field.name === "no_entry" ? words.risk.none : field.optional ? words.risk.offLimit : undefined;
  return <Field label={label} value={text} error={error} hint={waits} inputMode={field.unit === "list" ? "text" : "decimal"} placeholder={empty} onChange={(e) => set(e.target.value)} />;
}

/** The API names a list's items and may name the policy before a field: both belong to the field. */
function bare(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, why]) => [name.replace(/^risk_policy\./, "").replace(/[.[].*$/, ""), why]));
}

function Form({ set, inForce }: { set: Policy; inForce: Policy }) {
  const { account } = useAccount();
  const { busy, sentence, fields, run, clear } = useDeed();
  const [edits, setEdits] = useState<PolicyDraft>({});
  const [unsendable, setUnsendable] = useState<Record<string, string>>({});
  const [saved, setSaved] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const draft = { ...policyDraft(set), ...edits };
  const errors = { ...bare(fields), ...unsendable };
  const waiting = pendingFields(account.policy_in_force, account.policy_next);
  const elsewhere = Object.keys(bare(fields)).filter((name) => !(name in words.risk.fields));
  useEffect(() => {
    if (sentence === null && Object.keys(unsendable).length === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [sentence, unsendable]);
  const checked = policyChange(draft, set);
  const changed = "errors" in checked || Object.keys(checked.change).length > 0;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    clear();
    setUnsendable("errors" in checked ? checked.errors : {});
    if ("errors" in checked) return;
    if (await run(() => deeds.setPolicy(account.id, checked.change))) {
      setEdits({});
      setSaved(true);
    }
  };
  const undo = () => {
    clear();
    setUnsendable({});
    setEdits({});
  };
  const change = (name: string, text: string) => {
    setSaved(false);
    setEdits((before) => ({ ...before, [name]: text }));
  };
  return (
    <form ref={form} onSubmit={send} noValidate>
      {(sentence !== null || Object.keys(unsendable).length > 0) && (
        <Notice tone="bad"><p>{Object.keys(errors).length > elsewhere.length ? words.form.fix : sentence}</p>{elsewhere.map((name) => <p key={name}>{name}: {errors[name]}</p>)}</Notice>
      )}
      {account.policy_adapted && <Notice><p>{account.policy_adapted}</p></Notice>}
      {waiting.length > 0 && <Notice><p>{words.risk.pending(waiting.length)}.</p></Notice>}
      {POLICY_GROUPS.map((group) => {
        const known = group.fields.filter((f) => f.name in set || f.name in inForce);
        if (known.length === 0) return null;
        return (
          <fieldset key={group.name} className="group">
            <legend className="cap">{words.risk.groups[group.name]}</legend>
            <div className="fields">
              {known.map((f) => (
                <LimitField
                  key={f.name} field={f} text={draft[f.name] ?? ""} error={errors[f.name]} set={(text) => change(f.name, text)}
                  waits={waiting.includes(f) ? words.risk.inForce(limitText(f, inForce[f.name])) : undefined}
                />
              ))}
            </div>
          </fieldset>
        );
      })}
      <p className="act">
        <button type="submit" className="btn primary" disabled={busy || !changed}>{busy ? words.risk.saving : words.risk.save}</button>
        {changed && <button type="button" className="btn" onClick={undo}>{words.risk.discard}</button>}
        <span className="dim small" role="status">{saved && !changed ? words.risk.saved : words.risk.policyNote}</span>
      </p>
    </form>
  );
}

export function PolicyPane({ className = "" }: { className?: string }) {
  const { live, set, inForce } = useLimits();
  const known = live.rows !== undefined;
  return (
    <Pane id="policy" title={words.risk.policy} className={className}>
      {known ? <><PresetChoices now={set.preset ?? null} /><Form set={set} inForce={inForce} /></> : <Loading what={words.risk.policy} />}
    </Pane>
  );
}
