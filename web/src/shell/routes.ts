/** Which screen the address names, and how to go to another. Fed by the browser's history; feeds App. No library: a dozen addresses. */
import { useSyncExternalStore } from "react";

export type Route =
  | { screen: "overview" | "bots" | "new-bot" | "positions" | "orders" | "fills" | "trades" | "activity" | "risk" | "alerts" | "records" | "brokers" | "more" }
  | { screen: "bot" | "edit-bot"; bot: string }
  | { screen: "unknown" };

const PLAIN = {
  "/": "overview", "/bots": "bots", "/bots/new": "new-bot", "/positions": "positions", "/orders": "orders",
  "/fills": "fills", "/trades": "trades", "/activity": "activity", "/risk": "risk", "/alerts": "alerts", "/records": "records", "/brokers": "brokers", "/more": "more",
} as const;

/** A part of an address as text; null where it is none: a cut-off link may end amid a letter. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The route of a path. */
export function routeOf(path: string): Route {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const plain = PLAIN[clean as keyof typeof PLAIN];
  if (plain) return { screen: plain };
  const bot = /^\/bots\/([^/]+)(\/edit)?$/.exec(clean);
  const id = bot?.[1] === undefined ? null : decoded(bot[1]);
  if (bot && id !== null) return { screen: bot[2] ? "edit-bot" : "bot", bot: id };
  return { screen: "unknown" };
}

export const paths = {
  overview: "/", bots: "/bots", newBot: "/bots/new", positions: "/positions", orders: "/orders", fills: "/fills",
  trades: "/trades", activity: "/activity", risk: "/risk", alerts: "/alerts", records: "/records", brokers: "/brokers", more: "/more",
  bot: (id: string) => `/bots/${encodeURIComponent(id)}`,
  editBot: (id: string) => `/bots/${encodeURIComponent(id)}/edit`,
};

const readers = new Set<() => void>();

/** Goes to another screen of this page; the reader's place in the new one is its top. */
export function go(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  scrollTo(0, 0);
  for (const reader of readers) reader();
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  addEventListener("popstate", reader);
  return () => {
    readers.delete(reader);
    removeEventListener("popstate", reader);
  };
}

/** The path now shown. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}
