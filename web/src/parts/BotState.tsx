/** A bot's state in a word, and what is asked of it where the engine has not acted yet. Fed by bots.desired and bots.status. */
import type { Bot } from "../documents";
import { words } from "../words";

const SETTLED: Record<Bot["desired"], string[]> = {
  running: ["running", "warming", "starting", "error"],
  paused: ["paused", "error"],
  stopped: ["stopped", "error"],
};

/** True once the engine has done what is asked. */
export function isSettled(bot: Bot): boolean {
  return bot.status != null && SETTLED[bot.desired].includes(bot.status.state);
}

export function BotState({ bot }: { bot: Bot }) {
  const state = bot.status ? words.bots.states[bot.status.state] : words.bots.noStatus;
  return (
    <span className={bot.status?.state === "error" ? "loss" : "mut"}>
      {state}
      {bot.status && !isSettled(bot) && `, ${words.bots.asked[bot.desired]}`}
    </span>
  );
}
