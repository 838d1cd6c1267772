/** The stream of signals, newest first, each with what became of it and why. Fed by trading_signals. */
import type { Signal } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { price, score } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Blank, Pane, Rows } from "../parts/Pane";
import { blockedWords } from "../parts/Ready";
import { When } from "../parts/When";
import { queries } from "../queries";
import { words } from "../words";
import { useBotName } from "./PositionsPane";

const LOOK: Record<Signal["outcome"], string> = { ordered: "ok", blocked: "warn", expired: "line", watch: "line" };

/** Why it came to no order, or that it did: the engine's sentence where it left one. */
export function outcomeSentence(signal: Signal): string {
  if (signal.outcome === "blocked") return signal.blocking_detail ?? blockedWords(signal.blocking_reason);
  if (signal.outcome === "watch") return signal.blocking_detail ?? words.signals.watch;
  return words.signals[signal.outcome];
}

export function OutcomeChip({ outcome }: { outcome: Signal["outcome"] }) {
  return <span className={`chip ${LOOK[outcome] ?? "line"}`}>{words.signals.outcomes[outcome] ?? outcome}</span>;
}

function SignalRow({ signal, bot }: { signal: Signal; bot: string }) {
  const { account } = useAccount();
  return (
    <li>
      <time><When at={signal.confirmed_at} /></time>
      <p>
        <b>{signal.symbol}</b> {words.signals.line(words.sides[signal.type]?.toLowerCase() ?? signal.type, price(signal.price, account.currency))}
        <small>{outcomeSentence(signal)}</small>
        <small className="dim">{bot} · {words.signals.score(score(signal.score))}</small>
      </p>
      <OutcomeChip outcome={signal.outcome} />
    </li>
  );
}

export function SignalsPane({ className = "", most = 8 }: { className?: string; most?: number }) {
  const { account, owner } = useAccount();
  const signals = useLive<Signal>(queries.signals(owner));
  const nameOf = useBotName();
  return (
    <Pane id="signals" title={words.signals.title} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      <Rows live={signals} what={words.signals.title} empty={<Blank title={words.signals.empty} detail={words.signals.emptyDetail} />}>
        {(rows) => <ol className="signals">{rows.slice(0, most).map((s) => <SignalRow key={s.id} signal={s} bot={nameOf(s.bot_id)} />)}</ol>}
      </Rows>
    </Pane>
  );
}
