/** What happened, newest first: signals, orders, fills and alerts in one stream, or one kind of them. Fed by stream.ts. */
import { useMemo, useState } from "react";
import { deeds } from "../api/deeds";
import type { Alert, Fill, Order, Signal } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { hourOf } from "../moments";
import { LATE_AFTER_S } from "../parts/Age";
import { Blank, Loading, Pane } from "../parts/Pane";
import { queries } from "../queries";
import { happenings, type Happening } from "../stream";
import { words } from "../words";
import { HappeningRow } from "./HappeningRow";
import { useBotName } from "./PositionsPane";

const TABS = ["all", "signals", "orders", "fills", "alerts"] as const;
type Tab = (typeof TABS)[number];

function belongs(happening: Happening, tab: Tab): boolean {
  return tab === "all" || `${happening.kind}s` === tab;
}

export function ActivityPane() {
  const { account, owner, alerts, marketZone } = useAccount();
  const signals = useLive<Signal>(queries.signals(owner));
  const orders = useLive<Order>(queries.orders(owner));
  const fills = useLive<Fill>(queries.fills(owner));
  const nameOf = useBotName();
  const [tab, setTab] = useState<Tab>("all");
  const sources = [signals, orders, fills, alerts];
  const all = useMemo(
    () => happenings(signals.rows ?? [], orders.rows ?? [], fills.rows ?? [], (alerts.rows ?? []) as Alert[]),
    [signals.rows, orders.rows, fills.rows, alerts.rows],
  );
  const shown = all.filter((h) => belongs(h, tab));
  const refused = sources.find((s) => s.error !== undefined);
  return (
    <Pane id="activity" title={words.activity.today} at={account.updated_at} limitS={LATE_AFTER_S}>
      {refused && (
        <Blank title={words.pane.failed(words.activity.title)} detail={words.pane.failedDetail(refused.error ?? "")}>
          <button type="button" className="btn" onClick={() => sources.forEach((s) => s.again())}>{words.pane.again}</button>
        </Blank>
      )}
      <div className="tabs" role="group" aria-label={words.activity.show}>
        {TABS.map((name) => (
          <button type="button" key={name} aria-pressed={tab === name} onClick={() => setTab(name)}>
            {words.activity.tabs[name]} <span className="n">{all.filter((h) => belongs(h, name)).length}</span>
          </button>
        ))}
      </div>
      {shown.length > 0 ? (
        <ol className="stream">
          {shown.map((h, i) => {
            const before = shown[i - 1];
            const hour = hourOf(h.at, marketZone);
            const turned = before !== undefined && hourOf(before.at, marketZone) !== hour;
            return <HappeningRow key={`${h.kind} ${h.id}`} happening={h} nameOf={nameOf} hour={turned ? hour : null} acknowledge={deeds.acknowledge} />;
          })}
        </ol>
      ) : sources.some((s) => s.rows === undefined && s.error === undefined) ? <Loading what={words.activity.title} />
        : <Blank title={words.activity.empty} detail={words.activity.emptyDetail} />}
    </Pane>
  );
}
