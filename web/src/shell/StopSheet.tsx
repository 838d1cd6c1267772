/** Stop everything: how far, what it will do in numbers, and what has been done. Fed by the account and the command; sends halt, flatten, resume. */
import { useState } from "react";
import { Unreachable } from "../api/call";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { useAccount } from "../live/Account";
import { usePositionsNow } from "../live/usePositionsNow";
import { roughMoney } from "../numbers";
import { FieldError } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Notice } from "../parts/Notice";
import { Sheet } from "../parts/Sheet";
import { words } from "../words";
import { StopSteps } from "./StopSteps";

type Reach = "block" | "flatten";

function Choices({ reach, choose }: { reach: Reach; choose: (reach: Reach) => void }) {
  const { account, bots } = useAccount();
  const positions = usePositionsNow() ?? [];
  const worth = roughMoney(positions.reduce((sum, p) => sum + p.notional, 0), account.currency);
  const running = bots.rows?.filter((b) => b.desired === "running").length ?? 0;
  const options: [Reach, string, string][] = [
    ["block", words.stop.block, words.stop.blockDetail(running, positions.length)],
    ["flatten", words.stop.flatten, words.stop.flattenDetail(positions.length, worth)],
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

export interface Asked {
  reach: Reach;
  command: string | null;
}

export function StopSheet({ onClose }: { onClose: () => void }) {
  const { account } = useAccount();
  const { busy, sentence, run } = useDeed();
  const [reach, setReach] = useState<Reach>("block");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const halted = account.trading_state === "HALTED";
  const stop = () => run(async () => {
    try {
      // Entries first: what is flattened must not be bought again.
      await deeds.halt(account.id, words.stop.reason);
      const accepted = reach === "flatten" ? await deeds.flatten(account.id) : undefined;
      setAsked({ reach, command: accepted?.command_id ?? null });
    } catch (error) {
      setUnreachable(error instanceof Unreachable);
      throw error;
    }
  });
  const resume = () => run(async () => {
    await deeds.resume(account.id);
    setAsked(null);
  });
  return (
    <Sheet label={words.stop.title} className="stop-sheet" onClose={onClose}>
      <header className="cap"><Icon name="stop" /><h2>{words.stop.button}{words.stop.buttonWide}</h2></header>
      {halted && !asked && <Notice tone="warn"><p>{words.stop.isHalted(account.halted_reason)}</p></Notice>}
      {asked ? <StopSteps asked={asked} /> : <Choices reach={reach} choose={setReach} />}
      {sentence && <FieldError>{sentence} {unreachable && words.stop.unreachable}</FieldError>}
      {(halted || asked) && <Notice><p>{words.stop.resumeNote}</p></Notice>}
      <p className="act">
        {!asked && <button type="button" className="btn critical" disabled={busy} onClick={stop}>{words.stop.now}</button>}
        {halted && <button type="button" className="btn" disabled={busy} onClick={resume}>{words.stop.resume}</button>}
        <button type="button" className="btn" onClick={onClose}>{asked ? words.stop.close : words.stop.cancel}</button>
      </p>
    </Sheet>
  );
}
