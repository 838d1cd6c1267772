/** The check before the open: asked for here, line by line as the engine makes it, what stands in the way first. Fed by examinations. */
import { useState } from "react";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { byUrgency, counted, dueBeforeOpen, standing, type Examination, type Finding, type Grade } from "../examination";
import { brokerOf, type Broker } from "../brokers";
import { useAccount } from "../live/Account";
import { useTicking } from "../live/ticker";
import { useLive } from "../live/useLive";
import { clockMinutes, dayShort, marketNow } from "../moments";
import { FieldError } from "../parts/Field";
import { Icon, type IconName } from "../parts/Icon";
import { Blank, Pane } from "../parts/Pane";
import { queries, type Owner } from "../queries";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

const GLYPHS: Record<Grade, IconName> = { green: "check", amber: "warn", red: "stop" };

/** Whose engine makes the check: that of an account at the broker, else of the one looked at. */
function useExaminer(broker: Broker): Owner {
  const { account, accounts } = useAccount();
  const there = accounts.filter((a) => a.market === broker.name);
  const asked = account.market === broker.name ? account : there.find((a) => a.mode === "live") ?? there[0] ?? account;
  return { user: asked.user_id, account: asked.id };
}

function Line({ finding }: { finding: Finding }) {
  return (
    <li className={finding.grade}>
      <Icon name={GLYPHS[finding.grade]} />
      <div>
        <p><b>{words.brokers.check.names[finding.name] ?? finding.name.replaceAll("_", " ")}</b> <span className="sr">{words.brokers.check.grades[finding.grade]}</span></p>
        <p className="mut">{finding.says}</p>
        {finding.do && <p>{finding.do}</p>}
      </div>
    </li>
  );
}

function Lines({ examination }: { examination: Examination }) {
  const lines = byUrgency(examination.findings);
  const open = lines.filter((f) => f.grade !== "green");
  const fine = lines.filter((f) => f.grade === "green");
  return (
    <>
      {open.length > 0 && <ul className="findings">{open.map((f) => <Line key={f.name} finding={f} />)}</ul>}
      {fine.length > 0 && (
        <details className="fine" open={open.length === 0 && examination.state === "running"}>
          <summary>{words.brokers.check.showAll(fine.length)}</summary>
          <ul className="findings">{fine.map((f) => <Line key={f.name} finding={f} />)}</ul>
        </details>
      )}
    </>
  );
}

function Said({ examination }: { examination: Examination | undefined }) {
  const { wallZone } = useAccount();
  const stands = useTicking((now) => standing(examination, now));
  if (!examination || stands === "none") return <Blank title={words.brokers.check.none} detail={words.brokers.check.noneDetail} />;
  const { green, amber, red } = counted(examination.findings);
  const when = examination.ended_at ?? examination.began_at;
  return (
    <>
      <p className={`big-state check-${examination.grade ?? "running"}`} role="status">
        {stands === "running" ? words.brokers.check.running(examination.findings.length)
          : stands === "broken-off" ? words.brokers.check.brokenOff
          : stands === "failed" ? words.brokers.check.failed(examination.failed ?? "")
          : words.brokers.check.summary(green, amber, red)}
      </p>
      <p className="dim small">{words.brokers.check.at(`${dayShort(when, wallZone)} ${clockMinutes(when, wallZone)}`)}</p>
      <Lines examination={examination} />
    </>
  );
}

export function ExaminationPane({ broker, toKeys = false }: { broker: Broker; toKeys?: boolean }) {
  const owner = useExaminer(broker);
  const examination = useLive<Examination>(queries.examination(owner, broker.name)).rows?.[0];
  const { busy, sentence, run } = useDeed();
  const [asked, setAsked] = useState<string | null>(null);
  const running = useTicking((now) => standing(examination, now) === "running");
  const waits = asked !== null && examination?.command_id !== asked;
  const press = async () => {
    await run(async () => setAsked((await deeds.testBrokerKeys(broker.name, owner.account)).command_id ?? null));
  };
  return (
    <Pane id={`check-${broker.name}`} title={words.brokers.check.title(broker.name, broker.opens)} beside={toKeys && <Link className="link small" href={paths.brokers}>{words.brokers.check.toKeys}</Link>}>
      <Said examination={examination} />
      <p className="act">
        <button type="button" className="btn" disabled={busy || running || waits} onClick={() => void press()}>{words.brokers.check.run}</button>
        {waits && <span className="mut small" role="status">{words.brokers.check.asked}</span>}
        {sentence && <FieldError>{sentence}</FieldError>}
      </p>
    </Pane>
  );
}

/** The card of the overview: only at a real broker, and only while it is of use. */
export function BeforeOpenCard() {
  const broker = brokerOf(useAccount().account.market);
  return broker ? <CardOf broker={broker} /> : null;
}

function CardOf({ broker }: { broker: Broker }) {
  const { account, clock } = useAccount();
  const examination = useLive<Examination>(queries.examination(useExaminer(broker), broker.name)).rows?.[0];
  const due = useTicking((now) => dueBeforeOpen(broker.opens, account.mode, account.session, clock ? marketNow(clock, now) : null, examination));
  return due ? <ExaminationPane broker={broker} toKeys /> : null;
}
