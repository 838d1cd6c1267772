/** What has become of a stop, step by step, each in the engine's own word. Fed by the account, its positions and the flatten command. */
import type { ReactNode } from "react";
import type { Command } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { Icon } from "../parts/Icon";
import { queries } from "../queries";
import { words } from "../words";
import type { Asked } from "./StopSheet";

function Step({ number, done, title, children }: { number: number; done: boolean; title: string; children: ReactNode }) {
  return (
    <li className={done ? "done" : "now"} aria-current={done ? undefined : "step"}>
      <span className="dot">{done ? <Icon name="check" /> : number}</span>
      <h3>{title}</h3>
      <p>{children}</p>
    </li>
  );
}

export function StopSteps({ asked }: { asked: Asked }) {
  const { account, owner, positions } = useAccount();
  const command = useLive<Command>(asked.command ? queries.command(owner, asked.command) : null).rows?.[0];
  const halted = account.trading_state === "HALTED";
  const open = positions.rows?.length ?? 0;
  const failed = command?.state === "failed";
  const flat = open === 0 && (asked.command === null || command?.state === "done");
  const sentence = failed ? words.stop.flattenFailed(String(command.result?.reason ?? command.result?.detail ?? command.state))
    : command?.state === "done" ? words.stop.flattenDone : words.stop.flattenAsked;
  return (
    <ol className="steps" aria-live="polite">
      <Step number={1} done={halted} title={words.stop.entriesBlocked}>{halted ? words.stop.entriesDone : words.stop.entriesAsked}</Step>
      {asked.reach === "flatten" && (
        <Step number={2} done={flat} title={words.stop.flattened}>{sentence} {open === 0 ? words.stop.none : words.stop.left(open)}.</Step>
      )}
    </ol>
  );
}
