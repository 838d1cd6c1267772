/** One line about a bot: can it trade, score, what comes next, net today, what it holds. Fed by its document and positions. */
import type { ReactNode } from "react";
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { usePositionsNow } from "../live/usePositionsNow";
import { quantity, roughMoney, score } from "../numbers";
import { Age, LATE_AFTER_S } from "../parts/Age";
import { Pnl } from "../parts/Figures";
import { Ready } from "../parts/Ready";
import { Truth } from "../parts/Truth";
import { botNet } from "../pnl";
import { words } from "../words";
import { Next } from "./BotsPane";

function Cell({ name, half = false, children }: { name: string; half?: boolean; children: ReactNode }) {
  const { account } = useAccount();
  return (
    <div className={`vital keep ${half ? "half" : ""}`}>
      <span className="k">{name}<Age at={account.updated_at} limitS={LATE_AFTER_S} /></span>
      <span className="v">{children}</span>
    </div>
  );
}

export function BotVitals({ bot }: { bot: Bot }) {
  const { account } = useAccount();
  const positions = usePositionsNow();
  const mine = (positions ?? []).filter((p) => p.position.bot_id === bot.id);
  const day = botNet(bot, positions);
  const [only] = mine;
  const worth = roughMoney(mine.reduce((sum, p) => sum + p.notional, 0), account.currency);
  const temperature = bot.status?.temperature;
  return (
    <section className="vitals" aria-label={words.truth.label}>
      <Cell name={words.bots.canTrade}><Ready bot={bot} /></Cell>
      <Cell name={words.bot.score} half>{bot.status?.score == null ? words.bots.noScore : `${score(bot.status.score)} · ${temperature ? words.bots.temperatures[temperature] : ""}`}</Cell>
      <Cell name={words.bot.next} half>{bot.status?.countdown?.kind ? <span className="inline"><Next bot={bot} /></span> : words.bot.none}</Cell>
      <Cell name={words.bots.netToday} half>{day ? <Pnl value={day.net} currency={account.currency} stale={day.stale.length > 0} strong /> : "–"}</Cell>
      <Cell name={words.bot.held} half>{!positions ? "–" : !only ? words.bot.nothingHeld : mine.length === 1 ? `${quantity(only.position.quantity, account.currency)}, ${worth}` : worth}</Cell>
      <Cell name={words.truth.name}><Truth truth={account.truth} /></Cell>
    </section>
  );
}
