/** How long until something, in market time: m:ss that moves with the page's one clock. Fed by an instant and the market clock. */
import { useAccount } from "../live/Account";
import { useTicking } from "../live/ticker";
import { countdown, marketNow } from "../moments";

export function Countdown({ until }: { until: number }) {
  const { clock } = useAccount();
  const text = useTicking((now) => (clock ? countdown(until - marketNow(clock, now)) : ""));
  return <span className="num">{text}</span>;
}
