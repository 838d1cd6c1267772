/** Whether broker, books and screen agree: three bars, level when they do. Fed by accounts.truth. */
import type { Account } from "../documents";
import { words } from "../words";

const LOOK = { in_step: "ok", checking: "checking", differs: "differs", unknown: "unknown" } as const;

export function Truth({ truth }: { truth: Account["truth"] }) {
  const look = LOOK[truth.state] ?? "unknown";
  const text = truth.state === "differs" ? words.truth.differs(truth.differences.length) : words.truth[truth.state];
  return (
    <span className={`truth ${look}`}>
      <span className="bars" aria-hidden="true">
        <i className={look === "differs" ? "out" : ""} />
        <i />
        <i />
      </span>
      {text}
    </span>
  );
}
