/** Whether broker, books and screen agree: three bars, level when they do; a difference leads to its card. Fed by accounts.truth. */
import type { Account } from "../documents";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

const LOOK = { in_step: "ok", checking: "checking", differs: "differs", unknown: "unknown" } as const;

function Bars({ out }: { out: boolean }) {
  return (
    <span className="bars" aria-hidden="true">
      <i className={out ? "out" : ""} />
      <i />
      <i />
    </span>
  );
}

export function Truth({ truth }: { truth: Account["truth"] }) {
  const look = LOOK[truth.state] ?? "unknown";
  if (truth.state === "differs") {
    return (
      <Link className={`truth ${look}`} href={paths.activity}>
        <Bars out />
        {words.truth.differs(truth.differences.length)}
        <span className="sr"> {words.differences.decide}</span>
      </Link>
    );
  }
  return (
    <span className={`truth ${look}`}>
      <Bars out={false} />
      {words.truth[truth.state] ?? words.truth.unknown}
    </span>
  );
}
