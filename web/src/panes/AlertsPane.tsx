/** Alerts, newest first: how grave, what, how often, where they were sent, and who has read them. Fed by alerts; sends acknowledge. */
import { useState } from "react";
import { deeds } from "../api/deeds";
import type { Alert } from "../documents";
import { useAccount } from "../live/Account";
import { clock, clockMinutes, dayKey, dayShort } from "../moments";
import { count } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { DeedButton } from "../parts/DeedButton";
import { Icon } from "../parts/Icon";
import { Blank, Pane, Rows } from "../parts/Pane";
import { words } from "../words";

const TABS = ["all", "unread", "critical"] as const;
type Tab = (typeof TABS)[number];

const waits = (alert: Alert) => alert.severity !== "info" && !alert.acknowledged_at;

function belongs(alert: Alert, tab: Tab): boolean {
  return tab === "all" || (tab === "unread" ? waits(alert) : alert.severity === "critical");
}

/** Where it was sent, and which channels did not take it. */
function Sent({ alert }: { alert: Alert }) {
  const { wallZone } = useAccount();
  const told = alert.delivered_to ?? [];
  const good = told.filter((d) => !d.failed);
  const bad = told.filter((d) => d.failed);
  return (
    <>
      {good.length > 0 ? words.alerts.delivered(good.map((d) => words.alerts.channel(d.channel, clockMinutes(d.at, wallZone))).join(", ")) : bad.length === 0 && words.alerts.nowhere}
      {bad.map((d) => <small key={d.channel} className="undelivered"><Icon name="warn" />{words.alerts.notDelivered(d.channel, d.failed ?? "")}</small>)}
    </>
  );
}

function AlertRow({ alert, today }: { alert: Alert; today: string }) {
  const { marketZone, wallZone } = useAccount();
  const more = (alert.count ?? 1) - 1;
  const at = dayKey(alert.at, marketZone) === today ? clock(alert.at, marketZone) : `${dayShort(alert.at, marketZone)} ${clockMinutes(alert.at, marketZone)}`;
  const chip = alert.severity === "critical" ? "bad" : alert.severity === "warning" ? "warn" : "line";
  return (
    <li className={`${alert.severity} alert`}>
      <time>{at}</time>
      <Icon name={alert.severity === "info" ? "bell" : "warn"} />
      <div>
        <p>{waits(alert) ? <b>{alert.text}</b> : alert.text}{more > 0 && <span className="mut"> {words.alerts.more(count(more))}</span>}</p>
        <p className="meta"><span className={`chip ${chip}`}>{words.activity.severities[alert.severity]}</span><span>{words.alerts.kinds[alert.kind] ?? alert.kind.replaceAll("_", " ")}</span><span><Sent alert={alert} /></span></p>
      </div>
      <span className="r">
        {waits(alert) ? <DeedButton className="quiet" deed={() => deeds.acknowledge(alert.id)}>{words.alerts.acknowledge}</DeedButton>
          : alert.acknowledged_at ? words.alerts.read(clockMinutes(alert.acknowledged_at, wallZone)) : null}
      </span>
    </li>
  );
}

export function AlertsPane() {
  const { account, alerts, marketZone } = useAccount();
  const [tab, setTab] = useState<Tab>("all");
  const rows = alerts.rows ?? [];
  const unread = rows.filter(waits);
  const today = account.market_at === null ? "" : dayKey(account.market_at, marketZone);
  return (
    <Pane id="alerts" title={words.alerts.title} at={account.updated_at} limitS={LATE_AFTER_S} beside={rows.length >= 20 && <span className="dim small">{words.alerts.newest}</span>}>
      <Rows live={alerts} what={words.alerts.title} empty={<Blank title={words.alerts.empty} detail={words.alerts.emptyDetail} />}>
        {() => (
          <>
            <div className="split">
              <div className="tabs" role="group" aria-label={words.alerts.show}>
                {TABS.map((name) => (
                  <button type="button" key={name} aria-pressed={tab === name} onClick={() => setTab(name)}>
                    {words.alerts.tabs[name]} <span className="n">{rows.filter((a) => belongs(a, name)).length}</span>
                  </button>
                ))}
              </div>
              {unread.length > 1 && <DeedButton deed={() => Promise.all(unread.map((a) => deeds.acknowledge(a.id)))}>{words.alerts.acknowledgeAll(unread.length)}</DeedButton>}
            </div>
            {rows.some((a) => belongs(a, tab)) ? (
              <ol className="stream">{rows.filter((a) => belongs(a, tab)).map((a) => <AlertRow key={a.id} alert={a} today={today} />)}</ol>
            ) : <Blank title={words.alerts.emptyTab} />}
          </>
        )}
      </Rows>
    </Pane>
  );
}
