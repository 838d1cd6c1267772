/** The strategies as the service has them, read once, and again when asked. Fed by api/deeds; feeds the bot form. */
import { useCallback, useEffect, useState } from "react";
import type { StrategyKind } from "../strategies";
import { Refused } from "./call";
import { deeds } from "./deeds";

export interface Strategies {
  /** Null until they are read; a later failure keeps them. */
  kinds: StrategyKind[] | null;
  busy: boolean;
  /** The last reading failed: the service's sentence, or empty where it gave none. */
  failed: string | null;
  again: () => void;
}

export function useStrategies(): Strategies {
  const [kinds, setKinds] = useState<StrategyKind[] | null>(null);
  const [busy, setBusy] = useState(true);
  const [failed, setFailed] = useState<string | null>(null);
  const read = useCallback(async () => {
    setBusy(true);
    try {
      const answer = await deeds.strategies();
      // A service of before this list answers something else, or nothing.
      if (!Array.isArray(answer?.items)) throw new TypeError("no list of strategies");
      setKinds(answer.items);
      setFailed(null);
    } catch (error) {
      setFailed(error instanceof Refused ? error.message : "");
    } finally {
      setBusy(false);
    }
  }, []);
  useEffect(() => void read(), [read]);
  return { kinds, busy, failed, again: () => void read() };
}
