/** A labelled field that keeps what was typed and says what is wrong with it. Fed by forms; the sentence is the API's or the form's. */
import { useId, type ComponentProps, type ReactNode } from "react";
import { Icon } from "./Icon";

type FieldProps = { label: string; error?: string | undefined } & Omit<ComponentProps<"input">, "id" | "className">;

export function Field({ label, error, ...input }: FieldProps) {
  const id = useId();
  const wrong = error !== undefined;
  return (
    <div className="field-box">
      <label htmlFor={id}>{label}</label>
      <input id={id} className={wrong ? "field bad" : "field"} aria-invalid={wrong} aria-describedby={wrong ? `${id}-e` : undefined} {...input} />
      {wrong && <FieldError id={`${id}-e`}>{error}</FieldError>}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  error?: string | undefined;
  options: readonly string[];
  name: (option: string) => string;
  onChange: (option: string) => void;
}

export function Choice({ label, value, error, options, name, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field-box">
      <label htmlFor={id}>{label}</label>
      <select id={id} className={error ? "field bad" : "field"} value={value} aria-invalid={Boolean(error)} onChange={(e) => onChange(e.target.value)}>
        {options.map((o) => <option key={o} value={o}>{name(o)}</option>)}
      </select>
      {error && <FieldError>{error}</FieldError>}
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
