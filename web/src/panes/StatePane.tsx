/** Whether the account trades, why not, and the way back. Fed by the account; sends resume. */
import { notLiftedByResume } from "../breakers";
import { deeds } from "../api/deeds";
import type { Controls } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { LATE_AFTER_S } from "../parts/Age";
import { DeedButton } from "../parts/DeedButton";
import { Icon } from "../parts/Icon";
import { modeOf } from "../parts/Mode";
import { Pane } from "../parts/Pane";
import { queries } from "../queries";
import { words } from "../words";

/** The halt in a sentence, without a second full stop where its reason ends with one. */
export function haltSentence(reason: string): string {
  return words.risk.haltReason(reason.replace(/\.$/, ""));
}

export function StatePane({ className = "" }: { className?: string }) {
  const { account, owner } = useAccount();
  const controls = useLive<Controls>(queries.controls(owner)).rows?.[0];
  const { trading_state: state, halted_reason: reason, kill } = account;
  const trips = account.trips ?? [];
  const remain = notLiftedByResume(trips);
  // Only time lifts what remains: without anything else there is nothing to resume from.
  const byPerson = controls?.halted === true || kill != null || trips.length > remain.length;
  const resumable = state !== "ACTIVE" && (byPerson || account.invariant_broken) && kill?.state !== "running";
  return (
    <Pane id="state" title={words.risk.stateHead} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      <p className={`big-state ${state.toLowerCase()}`}><Icon name={state === "ACTIVE" ? "check" : "stop"} /><b>{words.risk.state[state] ?? state}</b></p>
      <p className="mut">{trips.length > 0 && `${words.risk.byBreaker(trips.length)} `}{state === "ACTIVE" && modeOf(account) === "dry" ? words.risk.activeDry : words.risk.stateDetail[state]}</p>
      {state !== "ACTIVE" && reason && <p className="mut">{haltSentence(reason)}</p>}
      {account.invariant_broken && <p className="mut">{words.risk.invariant}</p>}
      {account.held && <p className="mut">{words.risk.held}</p>}
      {resumable && (
        <div className="act">
          <DeedButton deed={() => deeds.resume(account.id)} done={words.risk.resumeAsked}>{words.risk.resume}</DeedButton>
          {remain.length > 0 && <span className="dim small">{words.risk.resumeNot(remain.join(", "))}</span>}
        </div>
      )}
    </Pane>
  );
}
