/** When something happened, in the market's time: the clock, and below it the day where that is not the market's present one. Fed by rows of lists. */
import { useAccount } from "../live/Account";
import { clock, otherDay } from "../moments";

/** A list holds yesterday's rows too: without the day they would read as today's. */
export function When({ at }: { at: number }) {
  const { account, marketZone } = useAccount();
  const day = account.market_at === null ? null : otherDay(at, account.market_at, marketZone);
  return <>{clock(at, marketZone)}{day !== null && <small>{day}</small>}</>;
}
