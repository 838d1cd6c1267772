/** Stop everything: how far, what it will do in numbers, and what has been done. Fed by the account; sends halt, kill, resume. */
import { useEffect, useState } from "react";
import { Unreachable } from "../api/call";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import type { Order } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow } from "../live/ticker";
import { useLive } from "../live/useLive";
import { usePositionsNow } from "../live/usePositionsNow";
import { minutesOn } from "../moments";
import { roughMoney } from "../numbers";
import { useLate } from "../parts/Age";
import { FieldError } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { modeOf } from "../parts/Mode";
import { Notice } from "../parts/Notice";
import { Sheet } from "../parts/Sheet";
import { queries } from "../queries";
import { words } from "../words";
import { KillSteps, Step } from "./KillSteps";

type Reach = "block" | "cancel" | "flatten";

const WORKING = new Set<Order["state"]>(["created", "sent", "in_flight", "unknown", "accepted", "partially_filled", "cancel_requested"]);

function Choices({ reach, choose }: { reach: Reach; choose: (reach: Reach) => void }) {
  const { account, bots, owner } = useAccount();
  const positions = usePositionsNow();
  const open = positions?.length ?? null;
  const orders = useLive<Order>(queries.orders(owner)).rows;
  const working = orders ? orders.filter((o) => o.purpose === "entry" && WORKING.has(o.state)).length : null;
  const worth = roughMoney((positions ?? []).reduce((sum, p) => sum + p.notional, 0), account.currency);
  const running = bots.rows?.filter((b) => b.desired === "running").length ?? 0;
  const options: [Reach, string, string][] = [
    ["block", words.stop.block, words.stop.blockDetail(running, open)],
    ["cancel", words.kill.cancel, words.kill.cancelDetail(working)],
    ["flatten", words.stop.flatten, words.stop.flattenDetail(open, worth)],
  ];
  return (
    <fieldset className="choices">
      <legend className="sr">{words.stop.howFar}</legend>
      {options.map(([value, title, detail]) => (
        <label className="choice" key={value}>
          <b><input type="radio" name="reach" checked={reach === value} onChange={() => choose(value)} />{title}</b>
          {detail}
        </label>
      ))}
    </fieldset>
  );
}

/** Of several accounts one is stopped: which, and which go on. */
function Reached() {
  const { account, accounts } = useAccount();
  const others = accounts.filter((a) => a.id !== account.id).map((a) => `${a.name} (${words.mode[modeOf(a)]})`);
  if (others.length === 0) return null;
  return <Notice tone="warn"><p>{words.stop.reach(account.name, words.mode[modeOf(account)])} {words.stop.others(others)}</p></Notice>;
}

/** An engine that is not heard acts on nothing that is asked here. */
function Silence() {
  const { account, wallZone } = useAccount();
  const { heartbeat_at: heard } = account.engine;
  const silent = useLate(heard);
  if (!silent || heard === null || account.clock.finished) return null;
  return <Notice tone="bad"><p>{words.stop.engineSilent(minutesOn(heard, serverNow(), wallZone))}</p></Notice>;
}

/** What has become of it: a kill's own steps, and before the engine has begun one, that it was asked. */
function Progress() {
  const { account } = useAccount();
  if (account.kill) return <KillSteps kill={account.kill} />;
  const halted = account.trading_state === "HALTED";
  return (
    <ol className="steps" aria-live="polite">
      <Step number={1} state={halted ? "done" : "running"} title={words.stop.entriesBlocked}><p>{halted ? words.stop.entriesDone : words.stop.entriesAsked}</p></Step>
    </ol>
  );
}

export function StopSheet({ onClose }: { onClose: () => void }) {
  const { account } = useAccount();
  const { busy, sentence, run } = useDeed();
  const [reach, setReach] = useState<Reach>("cancel");
  const [asked, setAsked] = useState<Reach | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  // The dialog's own first focus would be a choice that is not the one made.
  useEffect(() => document.querySelector<HTMLElement>(".stop-sheet input:checked")?.focus(), []);
  const { kill } = account;
  const halted = account.trading_state === "HALTED";
  const acting = asked !== null || kill != null;
  const stop = (wanted: Reach) => run(async () => {
    try {
      if (wanted === "block") await deeds.halt(account.id, words.stop.reason);
      else await deeds.kill(account.id, wanted === "flatten", words.stop.reason);
      setAsked(wanted);
    } catch (error) {
      setUnreachable(error instanceof Unreachable);
      throw error;
    }
  });
  const resume = () => run(async () => {
    await deeds.resume(account.id);
    setAsked(null);
  });
  const mayResume = kill ? kill.state === "done" : halted;
  return (
    <Sheet label={words.stop.title} className="stop-sheet" onClose={onClose}>
      <header className="cap"><Icon name="stop" /><h2>{words.stop.button}{words.stop.buttonWide}</h2></header>
      <Silence />
      <Reached />
      {halted && !acting && <Notice tone="warn"><p>{words.stop.isHalted(account.halted_reason?.replace(/\.$/, "") ?? null)}</p></Notice>}
      {acting ? <Progress /> : <Choices reach={reach} choose={setReach} />}
      {sentence && <FieldError>{sentence} {unreachable && words.stop.unreachable}</FieldError>}
      {(halted || acting) && <Notice><p>{kill?.switch ? words.kill.switchNote : kill?.state === "running" ? words.kill.resumeLater : words.stop.resumeNote}</p></Notice>}
      <p className="act">
        {!acting && <button type="button" className="btn critical" disabled={busy} onClick={() => stop(reach)}>{words.stop.now}</button>}
        {kill && !kill.flatten && <button type="button" className="btn critical" disabled={busy || asked === "flatten"} onClick={() => stop("flatten")}>{asked === "flatten" ? words.kill.flattenAsked : words.kill.flattenToo}</button>}
        {mayResume && <button type="button" className="btn" disabled={busy} onClick={resume}>{words.stop.resume}</button>}
        <button type="button" className="btn" onClick={onClose}>{acting ? words.stop.close : words.stop.cancel}</button>
      </p>
    </Sheet>
  );
}
