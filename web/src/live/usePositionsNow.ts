/** The account's positions at the newest prices. Fed by positions and quotes; feeds every figure that moves with a price. */
import { useMemo } from "react";
import type { RiskPolicy } from "../riskDocuments";
import { positionNow, priceNow, QUOTE_AGE_MAX_S, type PositionNow } from "../pnl";
import { queries } from "../queries";
import { useAccount } from "./Account";
import { serverNow, useTicking } from "./ticker";
import { useLive } from "./useLive";

/** The risk policy's limit on a price's age, s of market time. */
export function useQuoteAgeMax(): number {
  const { owner } = useAccount();
  return useLive<RiskPolicy>(queries.riskPolicy(owner)).rows?.[0]?.quote_age_max_s ?? QUOTE_AGE_MAX_S;
}

/** Undefined until the positions are known. Reckoned anew with each quote, and when the quotes stop coming. */
export function usePositionsNow(): PositionNow[] | undefined {
  const { account, positions, quotes } = useAccount();
  const maxAgeS = useQuoteAgeMax();
  const silent = useTicking((now) => quotes !== undefined && now - quotes.updated_at > maxAgeS * 1000);
  return useMemo(() => {
    const now = silent ? Number.POSITIVE_INFINITY : serverNow();
    const reckoned = positions.rows?.map((p) => positionNow(p, priceNow(p, quotes, account.clock.speed, now, maxAgeS)));
    // By name, not by size: rows must not change places while someone reads them.
    return reckoned?.sort((a, b) => a.position.symbol.localeCompare(b.position.symbol) || a.position.id.localeCompare(b.position.id));
  }, [positions.rows, quotes, account.clock.speed, maxAgeS, silent]);
}
