/** Asked before a paper bot's like is made on a live account. Fed by BotDeeds; shows the new bot when it is there. */
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import type { Account, Bot } from "../documents";
import { useAccount } from "../live/Account";
import { FieldError } from "../parts/Field";
import { Sheet } from "../parts/Sheet";
import { go, paths } from "../shell/routes";
import { words } from "../words";

export function PromoteQuestion({ bot, live, onClose }: { bot: Bot; live: Account[]; onClose: () => void }) {
  const { choose } = useAccount();
  const { busy, sentence, run } = useDeed();
  const promote = (account: Account) =>
    run(async () => {
      const made = await deeds.promoteBot(bot.id, account.id);
      choose(account.id);
      go(paths.bot(made.id));
    });
  return (
    <Sheet label={words.bot.promote} onClose={onClose}>
      <p>{words.bot.promoteAsk(bot.name)}</p>
      {sentence && <FieldError>{sentence}</FieldError>}
      <p className="act">
        {live.map((account) => (
          <button type="button" className="btn primary" key={account.id} disabled={busy} onClick={() => promote(account)}>{words.bot.promoteDeed(account.name)}</button>
        ))}
        <button type="button" className="btn" onClick={onClose}>{words.bot.notNow}</button>
      </p>
    </Sheet>
  );
}
