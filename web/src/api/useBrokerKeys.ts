/** Whether keys of a broker are set, read once and after each change. Fed by api/deeds; feeds BrokerKeysPane. */
import { useCallback, useEffect, useState } from "react";
import type { BrokerName } from "../brokers";
import type { BrokerKeys } from "../examination";
import { deeds } from "./deeds";

export interface KeysRead {
  /** Null until it is read. */
  keys: BrokerKeys | null;
  failed: string | null;
  again: () => void;
}

export function useBrokerKeys(broker: BrokerName): KeysRead {
  const [keys, setKeys] = useState<BrokerKeys | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const read = useCallback(async () => {
    try {
      setKeys(await deeds.brokerKeys(broker));
      setFailed(null);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : "");
    }
  }, [broker]);
  useEffect(() => void read(), [read]);
  return { keys, failed, again: () => void read() };
}
