/** The limits in force with their present use, as bars. Fed by useRisk. */
import { useAccount } from "../live/Account";
import { useLimits, useLimitUses } from "../live/useRisk";
import { LATE_AFTER_S } from "../parts/Age";
import { LimitMeters } from "../parts/LimitMeters";
import { Blank, Loading, Pane } from "../parts/Pane";
import { words } from "../words";

export function LimitsPane({ className = "" }: { className?: string }) {
  const { account } = useAccount();
  const { live } = useLimits();
  const uses = useLimitUses();
  return (
    <Pane id="limits" title={words.risk.limits} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      {live.error !== undefined && <Blank title={words.pane.failed(words.risk.policy)} detail={words.pane.failedDetail(live.error)}><button type="button" className="btn" onClick={live.again}>{words.pane.again}</button></Blank>}
      {uses === undefined ? live.error === undefined && <Loading what={words.risk.limits} />
        : uses.length === 0 ? <Blank title={words.risk.noPolicy} detail={words.risk.noPolicyDetail} /> : <LimitMeters uses={uses} />}
    </Pane>
  );
}
