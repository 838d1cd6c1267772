/** A button that has the service do one thing: off while it runs, its refusal beside it, a word when it is accepted. */
import { useState, type ReactNode } from "react";
import { useDeed } from "../api/useDeed";
import { FieldError } from "./Field";

interface DeedButtonProps {
  deed: () => Promise<unknown>;
  /** Said instead of the button once the service has taken it. */
  done?: string;
  className?: string;
  children: ReactNode;
}

export function DeedButton({ deed, done, className = "", children }: DeedButtonProps) {
  const { busy, sentence, run } = useDeed();
  const [accepted, setAccepted] = useState(false);
  const press = async () => setAccepted(await run(deed));
  if (accepted && done) return <span className="mut small" role="status">{done}</span>;
  return (
    <span className="deed">
      <button type="button" className={`btn ${className}`} disabled={busy} onClick={press}>
        {children}
      </button>
      {sentence && <FieldError>{sentence}</FieldError>}
    </span>
  );
}
