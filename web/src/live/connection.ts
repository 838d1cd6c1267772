/**
 * Whether this screen still hears the store. Fed by every listener's answers and the browser; feeds the offline notice
 * and every age, which then says "as of" instead of counting.
 */
import { disableNetwork, enableNetwork } from "firebase/firestore";
import { firebase } from "./firebase";
import { serverNow, useTicking } from "./ticker";

/** A reconnect within this time is nobody's business. */
const OFFLINE_AFTER_MS = 8000;

let storeLostAt: number | null = null;
let networkLostAt: number | null = null;

/** Told by the listeners: an answer came from the store itself, or only from this device's cache. */
export function heardStore(fromCache: boolean): void {
  if (!fromCache) storeLostAt = null;
  else storeLostAt ??= serverNow();
}

/** Begins to watch the browser's own word; returns how to end it. */
export function watchNetwork(): () => void {
  const lost = () => {
    networkLostAt ??= serverNow();
  };
  const found = () => {
    networkLostAt = null;
  };
  if (!navigator.onLine) lost();
  addEventListener("offline", lost);
  addEventListener("online", found);
  return () => {
    removeEventListener("offline", lost);
    removeEventListener("online", found);
    found();
    storeLostAt = null;
  };
}

function lostSince(): number | null {
  if (storeLostAt === null || networkLostAt === null) return storeLostAt ?? networkLostAt;
  return Math.min(storeLostAt, networkLostAt);
}

/** Since when (wall ms) the store is out of reach; null while it is heard. */
export function useOfflineSince(): number | null {
  return useTicking((now) => {
    const since = lostSince();
    return since !== null && now - since > OFFLINE_AFTER_MS ? since : null;
  });
}

/** Reconnects at once instead of waiting for the next attempt of the client's own. */
export async function reconnect(): Promise<void> {
  const { store } = firebase();
  await disableNetwork(store);
  await enableNetwork(store);
}
