/** How old a figure is: fresh, ageing, late, or as of the moment this screen lost the store. Fed by an instant; feeds every pane's head. */
import { useAccount } from "../live/Account";
import { useOfflineSince } from "../live/connection";
import { useTicking } from "../live/ticker";
import { ageWords, clock } from "../moments";
import { words } from "../words";

export interface AgeProps {
  /** Wall ms; null or undefined where nothing ever arrived. */
  at: number | null | undefined;
  /** Older than this is late; half of it is ageing. Without it the age is only told. */
  limitS?: number;
}

/** A figure older than this is late where nothing more exact is known: the engine writes its account at least every ten seconds. */
export const LATE_AFTER_S = 30;

/** True while the figure is past its limit. */
export function useLate(at: number | null | undefined, limitS = LATE_AFTER_S): boolean {
  return useTicking((now) => at != null && now - at > limitS * 1000);
}

export function Age({ at, limitS }: AgeProps) {
  const { account, wallZone } = useAccount();
  const offline = useOfflineSince();
  const still = account.clock.finished;
  const shown = useTicking((now) => (at == null ? words.age.none : still ? words.age.asOf(clock(at, wallZone)) : ageWords(at, now, wallZone)));
  const state = useTicking((now) => {
    if (at == null || !limitS || still) return "";
    return now - at > limitS * 1000 ? "late" : now - at > limitS * 500 ? "ageing" : "";
  });
  if (offline !== null) return <span className="age none">{words.age.asOf(clock(offline, wallZone))}</span>;
  return <span className={`age ${at == null || still ? "none" : state}`}>{shown}</span>;
}
