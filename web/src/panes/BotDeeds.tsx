/** What can be done with a bot: start, pause, resume, stop, edit, try a signal, promote, delete. Fed by its document; the engine's answer shows in its state. */
import { useState } from "react";
import { deeds, type BotAction } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { FieldError } from "../parts/Field";
import { Icon, type IconName } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { Link } from "../shell/Link";
import { go, paths } from "../shell/routes";
import { words } from "../words";
import { PromoteQuestion } from "./PromoteQuestion";
import { TrySignal } from "./TrySignal";

const OFFERED: Record<Bot["desired"], { action: BotAction; icon: IconName }[]> = {
  running: [{ action: "pause", icon: "pause" }, { action: "stop", icon: "square" }],
  paused: [{ action: "resume", icon: "play" }, { action: "stop", icon: "square" }],
  stopped: [{ action: "start", icon: "play" }],
};

function DeleteQuestion({ bot, onClose }: { bot: Bot; onClose: () => void }) {
  const { busy, sentence, run } = useDeed();
  const remove = async () => {
    if (await run(() => deeds.deleteBot(bot.id))) go(paths.bots);
  };
  return (
    <Sheet label={words.bot.deleteDeed(bot.name)} onClose={onClose}>
      <p>{words.bot.deleteAsk(bot.name)}</p>
      {sentence && <FieldError>{sentence}</FieldError>}
      <p className="act">
        <button type="button" className="btn critical" disabled={busy} onClick={remove}>{words.bot.deleteDeed(bot.name)}</button>
        <button type="button" className="btn" onClick={onClose}>{words.bot.keep}</button>
      </p>
    </Sheet>
  );
}

export function BotDeeds({ bot }: { bot: Bot }) {
  const { busy, sentence, run } = useDeed();
  const { account, accounts } = useAccount();
  const [asking, setAsking] = useState<"delete" | "promote" | "try" | null>(null);
  const live = account.mode === "paper" ? accounts.filter((each) => each.mode === "live") : [];
  const close = () => setAsking(null);
  return (
    <span className="right deeds">
      {OFFERED[bot.desired].map(({ action, icon }) => (
        <button type="button" key={action} className={`btn ${action === "start" ? "primary" : ""}`} disabled={busy} onClick={() => run(() => deeds.bot(bot.id, action))}>
          <Icon name={icon} />
          {words.bot[action]}
        </button>
      ))}
      <Link className="btn" href={paths.editBot(bot.id)}><Icon name="edit" />{words.bot.edit}</Link>
      <button type="button" className="btn" onClick={() => setAsking("try")}>{words.tryOut.deed}</button>
      {live.length > 0 && <button type="button" className="btn" onClick={() => setAsking("promote")}>{words.bot.promote}</button>}
      <button type="button" className="btn" onClick={() => setAsking("delete")}><Icon name="bin" />{words.bot.delete}</button>
      {sentence && <FieldError>{sentence}</FieldError>}
      {asking === "delete" && <DeleteQuestion bot={bot} onClose={close} />}
      {asking === "try" && <TrySignal bot={bot} onClose={close} />}
      {asking === "promote" && <PromoteQuestion bot={bot} live={live} onClose={close} />}
    </span>
  );
}
