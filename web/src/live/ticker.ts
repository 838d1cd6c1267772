/**
 * The page's one clock: every age, countdown and market clock moves with it. Feeds useTicking, which renders a component
 * only when what it shows has changed.
 */
import { useSyncExternalStore } from "react";

let skew = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const readers = new Set<() => void>();

/** The service's wall time as far as this device knows it, ms. Ages compare it with `updated_at`, which the service wrote. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** Below this the two clocks count as equal: HTTP dates are whole seconds and an answer takes its time. */
const SKEW_MATTERS_MS = 3000;

/** Learns from an answer of our own origin how far this device's clock is off; a wrong clock must not make figures look old. */
export function learnClock(date: string | null): void {
  const told = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(told)) return;
  const off = told - Date.now();
  skew = Math.abs(off) < SKEW_MATTERS_MS ? 0 : off;
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  timer ??= setInterval(() => {
    for (const tick of readers) tick();
  }, 1000);
  return () => {
    readers.delete(reader);
    if (readers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** `show(now)` once a second; the component renders again only when the shown text (or number, or flag) is another. */
export function useTicking<T extends string | number | boolean | null>(show: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => show(serverNow()));
}
