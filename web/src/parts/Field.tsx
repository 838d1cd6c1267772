/** A labelled field that keeps what was typed and says what is wrong with it, or what it means. Fed by forms; the sentence is the API's or the form's. */
import { useId, type ComponentProps, type ReactNode } from "react";
import { Icon } from "./Icon";

type FieldProps = { label: string; error?: string | undefined; hint?: string | undefined } & Omit<ComponentProps<"input">, "id" | "className">;

export function Field({ label, error, hint, ...input }: FieldProps) {
  const id = useId();
  const wrong = error !== undefined;
  return (
    <div className="field-box">
      <label htmlFor={id}>{label}</label>
      <input id={id} className={wrong ? "field bad" : "field"} aria-invalid={wrong} aria-describedby={wrong ? `${id}-e` : hint ? `${id}-h` : undefined} {...input} />
      {wrong ? <FieldError id={`${id}-e`}>{error}</FieldError> : hint && <small className="hint" id={`${id}-h`}>{hint}</small>}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  error?: string | undefined;
  hint?: string | undefined;
  options: readonly string[];
  name: (option: string) => string;
  onChange: (option: string) => void;
}

export function Choice({ label, value, error, hint, options, name, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field-box">
      <label htmlFor={id}>{label}</label>
      <select id={id} className={error ? "field bad" : "field"} value={value} aria-invalid={Boolean(error)} aria-describedby={error ? `${id}-e` : hint ? `${id}-h` : undefined} onChange={(e) => onChange(e.target.value)}>
        {options.map((o) => <option key={o} value={o}>{name(o)}</option>)}
      </select>
      {error ? <FieldError id={`${id}-e`}>{error}</FieldError> : hint && <small className="hint" id={`${id}-h`}>{hint}</small>}
    </div>
  );
}

interface FlagProps {
  label: string;
  checked: boolean;
  error?: string | undefined;
  hint?: string | undefined;
  onChange: (checked: boolean) => void;
}

export function Flag({ label, checked, error, hint, onChange }: FlagProps) {
  const id = useId();
  return (
    <div className="field-box">
      <span className="check"><input id={id} type="checkbox" checked={checked} aria-invalid={Boolean(error)} aria-describedby={error ? `${id}-e` : hint ? `${id}-h` : undefined} onChange={(e) => onChange(e.target.checked)} /><label htmlFor={id}>{label}</label></span>
      {error ? <FieldError id={`${id}-e`}>{error}</FieldError> : hint && <small className="hint" id={`${id}-h`}>{hint}</small>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <small className="err" id={id}>
      <Icon name="warn" />
      <span>{children}</span>
    </small>
  );
}
