/** What happened comes newest first, whatever kind it is. */
import { expect, it } from "vitest";
import type { Alert, Fill, Order, Signal } from "./documents";
import { alertsOf, happenings } from "./stream";

it("puts signals, orders, fills and alerts into one list, newest first, and keeps the engine's order within an instant", () => {
  const signal = { id: "s", confirmed_at: 10, sequence: 1 } as Signal;
  const order = { id: "o", created_at: 10, sequence: 2 } as Order;
  const fill = { id: "f", filled_at: 11, sequence: 3 } as Fill;
  const alert = { id: "a", at: 5, sequence: 9 } as Alert;
  expect(happenings([signal], [order], [fill], [alert]).map((h) => h.id)).toEqual(["f", "o", "s", "a"]);
});

it("keeps a critical alert that newer ones have pushed out of the newest, and none twice", () => {
  const alert = (id: string, at: number) => ({ id, at, sequence: at }) as Alert;
  expect(alertsOf([alert("c", 9), alert("b", 8)], [alert("c", 9), alert("old", 2)]).map((a) => a.id)).toEqual(["c", "b", "old"]);
});
