/** What the account may do now, paper, live or dry, and why; arming with its end for a live one. Fed by accounts and controls. */
import { useState } from "react";
import { deeds } from "../api/deeds";
import type { Controls } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow, useTicking } from "../live/ticker";
import { useLive } from "../live/useLive";
import { countdown, minutesOn, untilText } from "../moments";
import { LATE_AFTER_S } from "../parts/Age";
import { DeedButton } from "../parts/DeedButton";
import { Icon } from "../parts/Icon";
import { Mode, modeOf } from "../parts/Mode";
import { Pane } from "../parts/Pane";
import { queries } from "../queries";
import type { Armed } from "../riskDocuments";
import { useUser } from "../session/Session";
import { words } from "../words";
import { ArmSheet } from "./ArmSheet";

/** The arming that still holds, by wall time. */
export function useArmed(): Armed | null {
  const { owner } = useAccount();
  const armed = useLive<Controls>(queries.controls(owner)).rows?.[0]?.armed ?? null;
  const over = useTicking((now) => armed === null || now >= armed.until);
  return over ? null : armed;
}

function Arming() {
  const { account, wallZone } = useAccount();
  const user = useUser();
  const armed = useArmed();
  const [asking, setAsking] = useState(false);
  const left = useTicking((now) => (armed ? countdown(armed.until - now) : ""));
  if (armed) {
    return (
      <>
        <dl className="dl">
          <div><dt>{words.execution.armedUntil(untilText(armed.until, serverNow(), wallZone))}</dt><dd className="mut">{words.execution.armedBy(armed.by === user.uid ? words.execution.you : armed.by, minutesOn(armed.at, serverNow(), wallZone))}</dd></div>
          <div><dt>{words.execution.left}</dt><dd className="num">{left}</dd></div>
        </dl>
        <p className="act"><DeedButton deed={() => deeds.disarm(account.id)} done={words.execution.disarmed}>{words.execution.disarm}</DeedButton></p>
      </>
    );
  }
  return (
    <p className="act">
      <button type="button" className="btn" onClick={() => setAsking(true)}>{words.execution.arm}</button>
      <span className="dim small">{words.execution.notArmed}</span>
      {asking && <ArmSheet onClose={() => setAsking(false)} />}
    </p>
  );
}

export function ModePane({ className = "" }: { className?: string }) {
  const { account } = useAccount();
  const mode = modeOf(account);
  const reasons = account.mode_reasons ?? [];
  return (
    <Pane id="mode" title={words.execution.title} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      <p className="big-state"><Mode mode={mode} /></p>
      <p className="mut">{words.execution[mode]}</p>
      {mode === "dry" && (
        <>
          <h3 className="why">{words.execution.why}</h3>
          <ul className="reasons">{(reasons.length > 0 ? reasons : [words.execution.noReason]).map((why) => <li key={why}><Icon name="no" /><span>{why}</span></li>)}</ul>
        </>
      )}
      {account.mode === "live" && <Arming />}
    </Pane>
  );
}
