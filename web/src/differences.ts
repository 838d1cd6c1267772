/**
 * A difference between broker and books as its card needs it: the document's type, and what each decision would do, in
 * numbers. Fed by documents and positions; feeds panes/DifferencesPane. The deeds themselves are the engine's.
 */
import type { Ms, Owned } from "./documents";
import { MINUS, price, quantity } from "./numbers";
import { words } from "./words";

export type DifferenceKind =
  | "missed_fill" | "missed_status" | "killed_by_broker" | "unknown_order" | "lapsed_order" | "late_order" | "foreign_order"
  | "foreign_position" | "overnight_position" | "quantity_mismatch";

/** `quantity` is signed: what the books lack of what the broker has. `ours` and `theirs` are the engine's words. */
export interface Difference extends Owned {
  kind: DifferenceKind;
  subject: string;
  symbol: string;
  order_id: string | null;
  venue_order_id: string | null;
  venue_state: string | null;
  quantity: number;
  price: number | null;
  ours: string;
  theirs: string;
  state: "open" | "adopted" | "ignored" | "flattened" | "gone";
  found_at: Ms;
}

export const RESOLUTIONS = ["adopt", "ignore", "flatten"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Quantities held in the symbol, position by position, short ones negative. */
export type Held = readonly number[];

const netOf = (held: Held) => held.reduce((sum, each) => sum + each, 0);

/** What the books lack, as a deed: "buy 40 at 1,356.90". */
function lacking(found: Difference, currency: string): string {
  const at = found.price === null ? words.differences.atThePrice : price(found.price, currency);
  return words.differences.deed(found.quantity > 0 ? "buy" : "sell", quantity(Math.abs(found.quantity), currency), at);
}

/** Adopting a quantity takes from positions the other way first; what is left is held by hand. */
function shared(found: Difference, held: Held, currency: string): string {
  const size = Math.abs(found.quantity);
  const opposite = held.filter((each) => Math.sign(each) === -Math.sign(found.quantity)).reduce((sum, each) => sum + Math.abs(each), 0);
  const taken = Math.min(size, opposite);
  const parts = [
    ...(taken > 0 ? [words.differences.taken(quantity(taken, currency))] : []),
    ...(size - taken > 0 ? [words.differences.byHand(quantity(size - taken, currency))] : []),
  ];
  return parts.join(", ");
}

function closing(net: number, symbol: string, currency: string): string {
  if (net === 0) return words.differences.nothingToClose;
  return words.differences.thenClose(net > 0 ? "sell" : "buy", quantity(Math.abs(net), currency), symbol);
}

/** What a decision would do, as one or two sentences with numbers; positions are as this screen shows them now. */
export function outcome(found: Difference, resolution: Resolution, held: Held, currency: string): string {
  const say = words.differences;
  const [before, after] = [netOf(held), netOf(held) + found.quantity];
  const apart = quantity(Math.abs(found.quantity), currency);
  switch (found.kind) {
    case "missed_status":
    case "killed_by_broker":
    case "lapsed_order":
      if (resolution === "ignore") return say.staysOpen;
      return resolution === "adopt" ? say.orderEnds : `${say.orderEnds} ${closing(before, found.symbol, currency)}`;
    case "late_order":
    case "foreign_order":
      if (resolution === "flatten") return found.quantity === 0 ? say.cancelled : say.cancelledOf(apart, found.symbol);
      if (found.kind === "late_order") return say.worksOn;
      return resolution === "adopt" ? say.foreignWorksOn(found.symbol) : say.notAsked;
    case "missed_fill": {
      if (resolution === "ignore") return say.staysApart(apart);
      const booked = say.booked(lacking(found, currency), found.symbol, quantity(before, currency), quantity(after, currency));
      return resolution === "adopt" ? booked : `${booked} ${closing(after, found.symbol, currency)}`;
    }
    default: {
      if (resolution === "ignore") return say.staysApart(apart);
      const booked = say.booked(lacking(found, currency), found.symbol, quantity(before, currency), quantity(after, currency));
      if (resolution === "adopt") return `${booked} ${say.where(shared(found, held, currency))}`;
      return `${booked} ${closing(after, found.symbol, currency)}`;
    }
  }
}

/** What the deed is done to, for its button: "40 INFY", or the order where no quantity differs. */
export function objectOf(found: Difference, currency: string): string {
  if (found.kind === "foreign_order" || found.quantity === 0) return words.differences.order(found.symbol);
  return `${quantity(Math.abs(found.quantity), currency)} ${found.symbol}`;
}

/** The card's title: what differs, with the number where there is one. */
export function titleOf(found: Difference, currency: string): string {
  const size = quantity(Math.abs(found.quantity), currency);
  if (found.kind === "quantity_mismatch") {
    return `${found.symbol}: ${found.quantity > 0 ? words.differences.more(size) : words.differences.less(size)}`;
  }
  const held = found.quantity < 0 ? `${MINUS}${size}` : size;
  return `${found.symbol}: ${words.differences.titles[found.kind](held)}`;
}
