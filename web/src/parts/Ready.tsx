/** Can it trade, and if not, why: a sentence with numbers. Fed by bots.status.readiness. */
import type { Bot } from "../documents";
import { words } from "../words";
import { Icon } from "./Icon";

/** A refusal's code as a sentence; a code this client does not know is shown as it is. */
export function blockedWords(code: string | null): string {
  return code ? (words.blocked[code] ?? code) : words.bots.cannot;
}

export function Ready({ bot }: { bot: Bot }) {
  const status = bot.status;
  const readiness = status?.readiness;
  if (!status || !readiness) {
    return <span className="dim">{status ? words.bots.states[status.state] : words.bots.noStatus}</span>;
  }
  // A cool-down's sentence counts down as of its writing; the row's own countdown is exact.
  const detail = readiness.blocking_reason === "cooldown" ? null : readiness.blocking_detail;
  const title = readiness.can_trade ? words.bots.can : blockedWords(readiness.blocking_reason);
  return (
    <span className={`ready ${readiness.can_trade ? "yes" : "no"}`}>
      <Icon name={readiness.can_trade ? "check" : "no"} />
      <span>
        {title}
        {detail && detail !== title && <small>{detail}</small>}
      </span>
    </span>
  );
}
