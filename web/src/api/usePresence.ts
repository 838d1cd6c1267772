/** Tells the service that this account's screen is being watched, so that prices come every second. A heartbeat, not a poll. */
import { useEffect } from "react";
import { deeds } from "./deeds";

const EVERY_MS = 60_000;

/** While the page is visible: now, and once a minute. A failure is silent: prices then come every ten seconds, and say their age. */
export function usePresence(account: string): void {
  useEffect(() => {
    const tell = () => {
      if (document.visibilityState === "visible") deeds.present(account).catch(() => undefined);
    };
    tell();
    const timer = setInterval(tell, EVERY_MS);
    document.addEventListener("visibilitychange", tell);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tell);
    };
  }, [account]);
}
