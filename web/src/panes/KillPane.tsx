/** A kill that runs, or stands until someone resumes: its steps and the way back. Not there without one. Fed by accounts.kill. */
import { deeds } from "../api/deeds";
import { useAccount } from "../live/Account";
import { DeedButton } from "../parts/DeedButton";
import { Pane } from "../parts/Pane";
import { KillSteps, stepNow } from "../shell/KillSteps";
import { words } from "../words";

export function KillPane({ className = "" }: { className?: string }) {
  const { account } = useAccount();
  const { kill } = account;
  if (!kill) return null;
  const failed = kill.steps.some((s) => s.failed > 0);
  return (
    <Pane
      id="kill" title={words.kill.title} className={className} at={account.updated_at}
      beside={<span className={kill.state === "done" && !failed ? "chip ok" : "chip bad"}>{failed ? words.kill.failed : kill.state === "done" ? words.kill.done : words.kill.running(stepNow(kill), kill.steps.length)}</span>}
    >
      <KillSteps kill={kill} />
      <div className="act">
        {kill.state === "done" ? <DeedButton deed={() => deeds.resume(account.id)} done={words.risk.resumeAsked}>{words.stop.resume}</DeedButton>
          : <button type="button" className="btn" disabled>{words.stop.resume}</button>}
        <span className="dim small">{kill.switch ? words.kill.switchNote : kill.state === "done" ? words.stop.resumeNote : words.kill.resumeLater}</span>
      </div>
    </Pane>
  );
}
