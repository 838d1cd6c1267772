/** A button for what the engine must carry out: asked, taken up, or why not. Fed by deeds that answer with a command's id; follows that command. */
import { useEffect, useState, type ReactNode } from "react";
import type { Accepted } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import type { Command } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow, useTicking } from "../live/ticker";
import { useLive } from "../live/useLive";
import { queries } from "../queries";
import { words } from "../words";
import { FieldError } from "./Field";

interface CommandButtonProps {
  deed: () => Promise<Accepted | undefined>;
  /** Said instead of the button once the service has taken it, and once the engine has acted on it. */
  asked: string;
  done: string;
  /** What cannot be taken back is asked once more: the button that does it, by its deed. */
  ask?: string;
  children: ReactNode;
}

/** An engine takes a command up within two seconds; one that does not is said to. */
const SLOW_MS = 5000;
/** Then the button is back: what was begun may have come to nothing at the venue. */
const DONE_SHOWN_MS = 10_000;

export function CommandButton({ deed, asked, done, ask, children }: CommandButtonProps) {
  const { owner } = useAccount();
  const { busy, sentence, run } = useDeed();
  const [asking, setAsking] = useState(false);
  const [sent, setSent] = useState<{ id: string | null; at: number } | null>(null);
  const command = useLive<Command>(sent?.id ? queries.command(owner, sent.id) : null).rows?.[0];
  const slow = useTicking((now) => sent !== null && now - sent.at > SLOW_MS);
  const state = command?.state ?? "accepted";
  useEffect(() => {
    if (state !== "done") return undefined;
    const timer = setTimeout(() => setSent(null), DONE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const press = () => {
    setAsking(false);
    void run(async () => setSent({ id: (await deed())?.command_id ?? null, at: serverNow() }));
  };
  if (sent !== null && state !== "failed") {
    return <span className="mut small" role="status">{state === "done" ? done : slow && sent.id !== null ? words.kill.asked : asked}</span>;
  }
  const refusal = sentence ?? (sent === null ? null : String(command?.result?.reason ?? words.api.notCarriedOut));
  return (
    <span className="deed">
      {/* Where the finger is after the first press is the way back: a press twice in haste does nothing. */}
      <button type="button" className="btn" disabled={busy} onClick={() => (ask === undefined ? press() : setAsking(!asking))}>
        {asking ? words.positions.keep : children}
      </button>
      {asking && <button type="button" className="btn critical" onClick={press}>{ask}</button>}
      {refusal && <FieldError>{refusal}</FieldError>}
    </span>
  );
}
