/** One line that says whether to believe the rest: truth, feed, broker, store, write queue, engine. Fed by the account's document. */
import type { ReactNode } from "react";
import type { Account } from "../documents";
import { useAccount } from "../live/Account";
import { useOfflineSince } from "../live/connection";
import { useLive } from "../live/useLive";
import { clockMinutes } from "../moments";
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
  keep?: boolean;
  children: ReactNode;
}

function Vital({ name, at, level, keep = false, children }: VitalProps) {
  return (
    <div className={`vital ${level} ${keep ? "keep" : ""}`}>
      <span className="k">
        {name}
        <Age at={at} limitS={LATE_AFTER_S} />
      </span>
      <span className="v">{children}</span>
    </div>
  );
}

function truthSentence(account: Account, positions: number): string {
  const { state, differences } = account.truth;
  if (state === "in_step") return words.truth.agree(positions);
  if (state === "checking") return words.truth.checkingDetail;
  return (state === "differs" && differences[0]) || words.truth.unknownDetail;
}

function feedLevel(account: Account, late: boolean): Level {
  if (account.feed.state === "stale" || account.feed.state === "late") return "warn";
  return late && account.feed.state !== "finished" && account.feed.state !== "closed" ? "warn" : "";
}

function feedSentence(feed: Account["feed"], late: boolean): string {
  const name = late && feed.state === "live" ? words.vitals.feedLate : { live: words.vitals.feedLive, late: words.vitals.feedLate, stale: words.vitals.feedStale, finished: words.vitals.feedFinished, closed: words.vitals.feedClosed }[feed.state];
  const dropped = Object.values(feed.dropped ?? {}).reduce((sum, n) => sum + n, 0);
  return dropped > 0 ? `${name}, ${words.vitals.dropped(count(dropped))}` : name;
}

function brokerSentence(account: Account, zone: string | undefined): string {
  const { state, until } = account.broker;
  if (until) return (state === "closed" ? words.vitals.closedUntil : words.vitals.until)(clockMinutes(until, zone));
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
  const restGood = !offline && !engineLate && !queueLevel && !feed;
  return (
    <section className="vitals" aria-label={words.truth.label}>
      <Vital name={<Truth truth={account.truth} />} at={account.truth.checked_at} level={truthLevel} keep>
        <span className="mut">{truthSentence(account, positions.rows?.length ?? 0)}</span>
      </Vital>
      <Vital name={words.vitals.feed} at={account.feed.last_tick_at} level={feed}>
        {feedSentence(account.feed, feedLate)}
      </Vital>
      <Vital name={words.vitals.broker} at={account.updated_at} level="">
        {brokerSentence(account, wallZone)}
      </Vital>
      <Vital name={words.vitals.store} at={heard.heardAt} level={offline ? "bad" : ""}>
        {offline ? words.vitals.offline : words.vitals.listening}
      </Vital>
      <Vital name={words.vitals.queue} at={account.updated_at} level={queueLevel}>
        {words.vitals.waiting(count(queue.depth), count(queue.dead_letters))}
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
