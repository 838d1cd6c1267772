/** The steps of a kill, each with what the broker has confirmed of it. Fed by accounts.kill; stands in the stop sheet and in KillPane. */
import type { ReactNode } from "react";
import { useAccount } from "../live/Account";
import { clock } from "../moments";
import { count } from "../numbers";
import { Icon } from "../parts/Icon";
import type { Kill, KillItem, KillStep } from "../riskDocuments";
import { useUser } from "../session/Session";
import { words } from "../words";

/** Whom the kill is from, in words. */
export function useKiller(): (by: string) => string {
  const user = useUser();
  return (by) => (by === user.uid ? words.kill.byYou : by === "file" ? words.kill.byFile : by === "signal" ? words.kill.bySignal : by);
}

/** The step that is at work, from 1. */
export function stepNow(kill: Kill): number {
  const at = kill.steps.findIndex((s) => s.state !== "done");
  return at === -1 ? kill.steps.length : at + 1;
}

const LOOK: Record<KillStep["state"], string> = { waiting: "todo", running: "now", done: "done", failed: "now failed" };

export function Step({ number, state, title, right, children }: { number: number; state: KillStep["state"]; title: string; right?: ReactNode; children: ReactNode }) {
  return (
    <li className={LOOK[state]} aria-current={state === "running" ? "step" : undefined}>
      <span className="dot">{state === "done" ? <Icon name="check" /> : state === "failed" ? "!" : number}</span>
      <h3>{title}<span className="r">{right}</span></h3>
      {children}
    </li>
  );
}

function Progress({ step }: { step: KillStep }) {
  if (step.total === 0 || step.step === "entries_blocked") return null;
  const share = Math.round((100 * Math.min(step.done, step.total)) / step.total);
  return <span className={`fillbar ${step.state}`} aria-hidden="true"><i style={{ width: `${share}%` }} /></span>;
}

const MOST = 6;

/** What the broker has not confirmed yet, by name; what it refuses for good first. */
function Left({ items }: { items: KillItem[] }) {
  const left = items.filter((i) => i.state !== "done").sort((a, b) => Number(b.state === "failed") - Number(a.state === "failed"));
  if (left.length === 0) return null;
  return (
    <ul className="left">
      {left.slice(0, MOST).map((i) => <li key={i.subject} className={i.state}>{i.state === "failed" && <Icon name="warn" />}<span>{i.detail || i.subject}</span></li>)}
      {left.length > MOST && <li className="mut">{words.kill.moreLeft(left.length - MOST)}</li>}
    </ul>
  );
}

function Told({ step }: { step: KillStep }) {
  const right = step.step === "entries_blocked" ? null : step.total === 0 ? (step.state === "done" ? words.kill.none : null) : words.kill.count(count(step.done), count(step.total));
  return (
    <>
      {right}
      {step.failed > 0 && <> <span className="chip bad">{words.kill.failedCount(step.failed)}</span></>}
    </>
  );
}

export function KillSteps({ kill }: { kill: Kill }) {
  const { wallZone } = useAccount();
  const killer = useKiller();
  return (
    <>
      <p className="mut dockline">{words.kill.startedBy(killer(kill.by), clock(kill.asked_at, wallZone))}{kill.reason && ` ${words.kill.reason(kill.reason.replace(/\.?$/, "."))}`}</p>
      <ol className="steps" aria-live="polite">
        {kill.steps.map((step, i) => (
          <Step key={step.step} number={i + 1} state={step.state} title={words.kill.steps[step.step] ?? step.step} right={<Told step={step} />}>
            <Progress step={step} />
            <p>{step.detail ? `${step.detail}.` : words.kill.defaults[step.step]}</p>
            <Left items={step.items ?? []} />
          </Step>
        ))}
      </ol>
    </>
  );
}
