/** One line of the activity stream: when, what, and what it came to. Fed by stream.ts. */
import type { ReactNode } from "react";
import type { Alert, Fill, Order, Signal } from "../documents";
import { useAccount } from "../live/Account";
import { count, money, price, quantity, score } from "../numbers";
import { DeedButton } from "../parts/DeedButton";
import { Icon, type IconName } from "../parts/Icon";
import { OrderChip } from "../parts/OrderChip";
import { When } from "../parts/When";
import type { Happening } from "../stream";
import { words } from "../words";
import { OutcomeChip, outcomeSentence } from "./SignalsPane";

interface Line {
  icon: IconName;
  title: ReactNode;
  detail: ReactNode;
  right: ReactNode;
}

function ofSignal(s: Signal, bot: string, currency: string): Line {
  const side = words.sides[s.type]?.toLowerCase() ?? s.type;
  return {
    icon: s.outcome === "ordered" ? "pulse" : "no",
    title: <><b>{s.symbol} {words.signals.line(side, price(s.price, currency))}</b>: {outcomeSentence(s)}</>,
    detail: `${bot} · ${words.signals.score(score(s.score))}`,
    right: <OutcomeChip outcome={s.outcome} />,
  };
}

function ofOrder(o: Order, bot: string, currency: string): Line {
  const reason = o.reason ? (words.blocked[o.reason] ?? o.reason) : null;
  return {
    icon: o.state === "unknown" ? "help" : "list",
    title: <><b>{words.sides[o.side]} {quantity(o.quantity, currency)} {o.symbol}</b>{reason ? `: ${reason}` : ""}</>,
    detail: `${bot} · ${words.orders.purpose[o.purpose]}`,
    right: <OrderChip state={o.state} />,
  };
}

function ofFill(f: Fill, bot: string, currency: string): Line {
  return {
    icon: "fill",
    title: <><b>{words.fills.line(words.done[f.side] ?? f.side, quantity(f.quantity, currency), f.symbol)}</b> {words.activity.at} {price(f.price, currency)}</>,
    detail: `${bot} · ${words.activity.charges(money(-f.charges, currency))}`,
    right: <span className="num">{money(f.quantity * f.price, currency)}</span>,
  };
}

function ofAlert(a: Alert, acknowledge: (id: string) => Promise<unknown>): Line {
  return {
    icon: a.severity === "info" ? "bell" : "warn",
    title: a.severity === "info" ? a.text : <b>{a.text}</b>,
    detail: `${words.alerts.kinds[a.kind] ?? a.kind.replaceAll("_", " ")}${(a.count ?? 1) > 1 ? ` · ${words.alerts.more(count((a.count ?? 1) - 1))}` : ""}`,
    right: a.acknowledged_at || a.severity === "info" ? words.activity.severities[a.severity]
      : <DeedButton className="quiet" deed={() => acknowledge(a.id)} done={words.activity.severities[a.severity] ?? a.severity}>{words.activity.acknowledge}</DeedButton>,
  };
}

interface HappeningRowProps {
  happening: Happening;
  nameOf: (bot: string) => string;
  /** The hour of day where it is another than the row's above. */
  hour: number | null;
  acknowledge: (id: string) => Promise<unknown>;
}

export function HappeningRow({ happening: h, nameOf, hour, acknowledge }: HappeningRowProps) {
  const { account } = useAccount();
  const { currency } = account;
  const line = h.kind === "signal" ? ofSignal(h.signal, nameOf(h.signal.bot_id), currency)
    : h.kind === "order" ? ofOrder(h.order, nameOf(h.order.bot_id), currency)
    : h.kind === "fill" ? ofFill(h.fill, nameOf(h.fill.bot_id), currency)
    : ofAlert(h.alert, acknowledge);
  return (
    <>
      {hour !== null && <li className="hr">{String(hour).padStart(2, "0")}:00</li>}
      <li className={h.kind === "alert" ? h.alert.severity : ""}>
        <time><When at={h.at} /></time>
        <Icon name={line.icon} />
        <p>{line.title}<small>{line.detail}</small></p>
        <span className="r">{line.right}</span>
      </li>
    </>
  );
}
