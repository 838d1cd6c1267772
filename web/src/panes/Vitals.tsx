/** One line that says whether to believe the rest: truth, feed, broker, store, write queue, engine. Fed by the account's document. */
import type { ReactNode } from "react";
import type { Account } from "../documents";
import { useAccount } from "../live/Account";
import { useOfflineSince } from "../live/connection";
import { serverNow } from "../live/ticker";
import { useLive } from "../live/useLive";
import { minutesOn } from "../moments";
import { count } from "../numbers";
import { Age, LATE_AFTER_S, useLate } from "../parts/Age";
import { Truth } from "../parts/Truth";
import { queries } from "../queries";
import { words } from "../words";

type Level = "" | "warn" | "bad";

interface VitalProps {
  name: ReactNode;
  at: number | null | undefined;
  level: Level;
  /** Older than this is late; null where nothing is expected, as at night. */
  limitS?: number | null;
  keep?: boolean;
  children: ReactNode;
}

/** Broker and books are compared every 30 s and told within ten more: two of these missed are late. */
const TRUTH_LATE_S = 90;

function Vital({ name, at, level, limitS = LATE_AFTER_S, keep = false, children }: VitalProps) {
  return (
    <div className={`vital ${level} ${keep ? "keep" : ""}`}>
      <span className="k">
        {name}
        <Age at={at} {...(limitS === null ? {} : { limitS })} />
      </span>
      <span className="v">{children}</span>
    </div>
  );
}

function truthSentence(account: Account, positions: number | undefined): string {
  const { state, differences } = account.truth;
  if (state === "in_step") return words.truth.agree(positions);
  if (state === "checking") return words.truth.checkingDetail;
  return (state === "differs" && differences[0]) || words.truth.unknownDetail;
}

function feedLevel(account: Account, late: boolean): Level {
  if (account.feed.state === "stale" || account.feed.state === "late") return "warn";
  return late && account.feed.state !== "finished" && account.feed.state !== "closed" ? "warn" : "";
}

function feedSentence({ feed, currency }: Account, late: boolean): string {
  const name = late && feed.state === "live" ? words.vitals.feedLate : { live: words.vitals.feedLive, late: words.vitals.feedLate, stale: words.vitals.feedStale, finished: words.vitals.feedFinished, closed: words.vitals.feedClosed }[feed.state];
  const dropped = Object.values(feed.dropped ?? {}).reduce((sum, n) => sum + n, 0);
  return dropped > 0 ? `${name}, ${words.vitals.dropped(count(dropped, currency))}` : name;
}

function brokerSentence(account: Account, zone: string | undefined): string {
  const { state, until } = account.broker;
  if (state === "away") return words.vitals.brokerState.away ?? state;
  if (until) return (state === "closed" ? words.vitals.closedUntil : words.vitals.until)(minutesOn(until, serverNow(), zone));
  if (account.mode === "paper") return words.vitals.simulatedVenue;
  return words.vitals.brokerState[account.broker.state] ?? account.broker.state;
}

export function Vitals() {
  const { account, positions, owner, wallZone } = useAccount();
  const heard = useLive<Account>(queries.accounts(owner.user));
  const offline = useOfflineSince() !== null;
  const feedLate = useLate(account.feed.last_tick_at);
  const engineLate = useLate(account.engine.heartbeat_at);
  const truthLevel = account.truth.state === "differs" ? "bad" : account.truth.state === "unknown" ? "warn" : "";
  const queue = account.write_queue;
  const queueLevel: Level = queue.dead_letters > 0 ? "bad" : (queue.oldest_age_s ?? 0) > 10 ? "warn" : "";
  const feed = feedLevel(account, feedLate);
  const away = account.broker.state === "away";
  const restGood = !offline && !engineLate && !queueLevel && !feed && !away;
  return (
    <section className="vitals" aria-label={words.truth.label}>
      <Vital name={<Truth truth={account.truth} />} at={account.truth.checked_at} level={truthLevel} limitS={account.broker.state === "closed" ? null : TRUTH_LATE_S} keep>
        <span className="mut">{truthSentence(account, positions.rows?.length)}</span>
      </Vital>
      <Vital name={words.vitals.feed} at={account.feed.last_tick_at} level={feed} limitS={account.feed.state === "closed" ? null : LATE_AFTER_S}>
        {feedSentence(account, feedLate)}
      </Vital>
      <Vital name={words.vitals.broker} at={account.updated_at} level={away ? "bad" : ""}>
        {brokerSentence(account, wallZone)}
      </Vital>
      <Vital name={words.vitals.store} at={heard.heardAt} level={offline ? "bad" : ""}>
        {offline ? words.vitals.offline : words.vitals.listening}
      </Vital>
      <Vital name={words.vitals.queue} at={account.updated_at} level={queueLevel}>
        {words.vitals.waiting(count(queue.depth, account.currency), count(queue.dead_letters, account.currency))}
        {queueLevel === "warn" && `, ${words.vitals.oldest(count(Math.round(queue.oldest_age_s ?? 0)))}`}
      </Vital>
      <Vital name={words.vitals.engine} at={account.engine.heartbeat_at} level={engineLate ? "bad" : ""}>
        {engineLate ? words.vitals.noHeartbeat : words.vitals.epoch(account.engine.epoch)}
      </Vital>
      {restGood && (
        <div className="vital rest">
          <span className="k">
            {words.vitals.rest}
            <Age at={account.engine.heartbeat_at} limitS={LATE_AFTER_S} />
          </span>
          <span className="v">{words.vitals.allGood}</span>
        </div>
      )}
    </section>
  );
}
