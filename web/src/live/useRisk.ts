/** The account's limits, as set and as obeyed, and how much of each is used at the newest prices. Feeds the risk screen and the overview. */
import { useMemo } from "react";
import { limitUses, type LimitUse } from "../limits";
import { accountNow } from "../pnl";
import { queries } from "../queries";
import type { Policy, RiskPolicy } from "../riskDocuments";
import { useAccount } from "./Account";
import { useLive, type Live } from "./useLive";
import { usePositionsNow } from "./usePositionsNow";

export interface Limits {
  live: Live<RiskPolicy>;
  /** As a person set them; empty before that. */
  set: Policy & { preset?: string | null };
  /** As the engine obeys them. */
  inForce: Policy;
}

export function useLimits(): Limits {
  const { account, owner } = useAccount();
  const live = useLive<RiskPolicy>(queries.riskPolicy(owner));
  const set = live.rows?.[0] as (Policy & { preset?: string | null }) | undefined;
  return useMemo(() => {
    const told = account.policy_in_force;
    return { live, set: { ...told, ...set }, inForce: { ...set, ...told } };
  }, [live, set, account.policy_in_force]);
}

/** Undefined until the limits and the positions are known. */
export function useLimitUses(): LimitUse[] | undefined {
  const { account } = useAccount();
  const { inForce, live } = useLimits();
  const positions = usePositionsNow();
  const known = live.rows !== undefined || account.policy_in_force !== undefined;
  if (!known || !positions) return undefined;
  return limitUses({ account, now: accountNow(account, positions), positions, policy: inForce });
}
