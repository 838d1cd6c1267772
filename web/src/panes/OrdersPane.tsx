/** Orders, newest first, with their state and the reason where there is one. Fed by orders. */
import { deeds } from "../api/deeds";
import type { Order } from "../documents";
import { useAccount } from "../live/Account";
import { usePages } from "../live/usePages";
import { price, quantity } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { CommandButton } from "../parts/CommandButton";
import { Filtered } from "../parts/Filtered";
import { Older } from "../parts/Older";
import { OrderChip } from "../parts/OrderChip";
import { Blank, Pane, Rows } from "../parts/Pane";
import { blockedWords } from "../parts/Ready";
import { Table, type Column } from "../parts/Table";
import { When } from "../parts/When";
import { queries } from "../queries";
import { words } from "../words";
import { useBotName } from "./PositionsPane";

/** States in which the venue may still fill it, and a cancel makes sense. */
const WORKING = new Set<Order["state"]>(["accepted", "partially_filled"]);

function reason(order: Order): string | null {
  if (order.state === "unknown") return words.orders.unknownNote;
  if (!order.reason) return null;
  return words.blocked[order.reason] ? blockedWords(order.reason) : order.reason;
}

/** "market", "limit 1,350.70", or "stop 1,341.90, limit 1,335.15". */
function orderPrice(o: Order, currency: string): string {
  if (o.limit_price === null || o.order_type === "MARKET") return words.orders.market;
  const limit = price(o.limit_price, currency);
  return o.order_type === "STOP_LIMIT" && o.trigger_price != null ? words.orders.stopLimit(price(o.trigger_price, currency), limit) : words.orders.limit(limit);
}

export function OrdersPane({ className = "", most, whole = false }: { className?: string; most?: number; whole?: boolean }) {
  const { account, owner } = useAccount();
  const orders = usePages<Order>(queries.orders(owner));
  const nameOf = useBotName();
  const { currency } = account;
  const columns: Column<Order>[] = [
    { key: "time", head: words.orders.time, cell: "when", show: (o) => <span className="num mut"><When at={o.created_at} /></span> },
    { key: "symbol", head: words.orders.symbol, cell: "who", show: (o) => <span className="two"><b>{o.symbol}</b><small>{nameOf(o.bot_id)}</small></span> },
    { key: "what", head: words.orders.what, cell: "b", show: (o) => (
      <>{words.sides[o.side]} <span className="mut">{orderPrice(o, currency)}</span>
        <small>{words.orders.purpose[o.purpose]}{o.exit_reason ? `: ${(words.trades.reasons[o.exit_reason] ?? o.exit_reason).toLowerCase()}` : ""}</small></>
    ) },
    { key: "quantity", head: words.orders.quantity, right: true, cell: "c", show: (o) => words.orders.filled(quantity(o.filled_quantity, currency), quantity(o.quantity, currency)) },
    { key: "price", head: words.orders.price, right: true, cell: "d", show: (o) => (o.average_price === null ? <span className="dim">–</span> : price(o.average_price, currency)) },
    { key: "state", head: words.orders.state, cell: "full state", show: (o) => (
      <>
        <OrderChip state={o.state} /> {reason(o) && <small>{reason(o)}</small>}
        {whole && WORKING.has(o.state) && <CommandButton deed={() => deeds.cancelOrder(o.id)} asked={words.orders.cancelAsked} done={words.orders.cancelTaken}>{words.orders.cancelShort}</CommandButton>}
      </>
    ) },
  ];
  const blank = <Blank title={words.orders.empty} detail={words.orders.emptyDetail} />;
  const table = (rows: Order[]) => <Table label={words.orders.title} className="ord" columns={columns} rows={rows.slice(0, most)} id={(o) => o.id} />;
  return (
    <Pane id="orders" title={words.orders.title} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      <Rows live={orders} what={words.orders.title} empty={blank}>
        {(rows) => (whole ? <Filtered rows={rows} text={(o) => `${o.symbol} ${nameOf(o.bot_id)}`}>{table}</Filtered> : table(rows))}
      </Rows>
      {whole && <Older pages={orders} currency={currency} />}
    </Pane>
  );
}
