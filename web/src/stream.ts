/** Everything that happened, in one list, newest first. Fed by signals, orders, fills, alerts; feeds the activity pane. Pure. */
import type { Alert, Fill, Order, Signal } from "./documents";

export type Happening =
  | { kind: "signal"; at: number; id: string; signal: Signal }
  | { kind: "order"; at: number; id: string; order: Order }
  | { kind: "fill"; at: number; id: string; fill: Fill }
  | { kind: "alert"; at: number; id: string; alert: Alert };

/** The newest alerts and the newest critical ones as one list, newest first: what is grave must not scroll away under what is not. */
export function alertsOf(newest: readonly Alert[], critical: readonly Alert[]): Alert[] {
  const byId = new Map([...critical, ...newest].map((a) => [a.id, a]));
  return [...byId.values()].sort((a, b) => b.at - a.at || b.sequence - a.sequence);
}

/** One list of all four, by market time; what shares an instant keeps the order in which the engine wrote it. */
export function happenings(signals: readonly Signal[], orders: readonly Order[], fills: readonly Fill[], alerts: readonly Alert[]): Happening[] {
  const all: (Happening & { sequence: number })[] = [
    ...signals.map((s) => ({ kind: "signal" as const, at: s.confirmed_at, id: s.id, signal: s, sequence: s.sequence })),
    ...orders.map((o) => ({ kind: "order" as const, at: o.created_at, id: o.id, order: o, sequence: o.sequence })),
    ...fills.map((f) => ({ kind: "fill" as const, at: f.filled_at, id: f.id, fill: f, sequence: f.sequence })),
    ...alerts.map((a) => ({ kind: "alert" as const, at: a.at, id: a.id, alert: a, sequence: a.sequence })),
  ];
  return all.sort((a, b) => b.at - a.at || b.sequence - a.sequence);
}
