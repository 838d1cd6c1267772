/** The screens one can go to, in order, each with its glyph and its key. Fed to the side bar, the tab bar, the keys and their list. */
import type { IconName } from "../parts/Icon";
import { words } from "../words";
import { paths } from "./routes";

export interface Destination {
  path: string;
  name: string;
  icon: IconName;
  /** The letter after G. */
  letter: string;
}

export const DESTINATIONS: Destination[] = [
  { path: paths.overview, name: words.nav.overview, icon: "grid", letter: "o" },
  { path: paths.bots, name: words.nav.bots, icon: "bot", letter: "b" },
  { path: paths.positions, name: words.nav.positions, icon: "layers", letter: "p" },
  { path: paths.orders, name: words.nav.orders, icon: "list", letter: "r" },
  { path: paths.fills, name: words.nav.fills, icon: "fill", letter: "f" },
  { path: paths.trades, name: words.nav.trades, icon: "swap", letter: "t" },
  { path: paths.activity, name: words.nav.activity, icon: "pulse", letter: "a" },
  { path: paths.risk, name: words.nav.risk, icon: "sliders", letter: "k" },
  { path: paths.alerts, name: words.nav.alerts, icon: "bell", letter: "l" },
  { path: paths.records, name: words.nav.records, icon: "chain", letter: "e" },
  { path: paths.brokers, name: words.brokers.nav, icon: "key", letter: "y" },
];

/** The phone's tab bar has room for five. */
export const TABS: Destination[] = [
  ...DESTINATIONS.filter((d) => [paths.overview, paths.bots, paths.positions, paths.activity].includes(d.path)),
  { path: paths.more, name: words.nav.more, icon: "more", letter: "m" },
];

/** Whether a destination is the one shown: a bot's page belongs to the bots. */
export function isCurrent(destination: Destination, path: string): boolean {
  if (destination.path === "/") return path === "/";
  return path === destination.path || path.startsWith(`${destination.path}/`);
}
