/** An order's state as a chip: doubt is amber, a broker's no is filled, our own no is outlined. Fed by orders.state. */
import type { Order } from "../documents";
import { words } from "../words";

const LOOK: Record<Order["state"], string> = {
  created: "line", sent: "line", in_flight: "line", unknown: "warn", accepted: "info", partially_filled: "info", filled: "ok",
  cancel_requested: "line", cancelled: "line", expired: "line", rejected: "bad", refused: "bad line",
};

export function OrderChip({ state }: { state: Order["state"] }) {
  return <span className={`chip ${LOOK[state] ?? "line"}`}>{words.orders.states[state] ?? state}</span>;
}
