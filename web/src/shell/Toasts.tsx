/** Alerts that arrived while the reader looks elsewhere: three at most, six seconds, critical ones until read. Fed by alerts. */
import { useEffect, useRef, useState } from "react";
import { deeds } from "../api/deeds";
import type { Alert } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow } from "../live/ticker";
import { Age } from "../parts/Age";
import { Icon } from "../parts/Icon";
import { words } from "../words";
import { paths, usePath } from "./routes";

const SHOWN_MS = 6000;
const MOST = 3;

function Toast({ alert, close }: { alert: Alert; close: (id: string) => void }) {
  const critical = alert.severity === "critical";
  useEffect(() => {
    if (critical) return undefined;
    const timer = setTimeout(() => close(alert.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [alert.id, critical, close]);
  const read = () => {
    close(alert.id);
    if (critical) void deeds.acknowledge(alert.id).catch(() => undefined);
  };
  return (
    <div className={`toast ${alert.severity}`} role={critical ? "alert" : "status"}>
      <Icon name={alert.severity === "info" ? "bell" : "warn"} />
      <b>{alert.text}</b>
      <Age at={alert.updated_at} />
      <span className="do"><button type="button" className="link" onClick={read}>{words.activity.dismiss}</button></span>
    </div>
  );
}

/** Only what arrives from now on: what was there before is in Activity. */
export function Toasts({ stopOpen }: { stopOpen: boolean }) {
  const { alerts } = useAccount();
  const path = usePath();
  const since = useRef(serverNow());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const close = useRef((id: string) => setClosed((before) => new Set(before).add(id))).current;
  if (path === paths.activity || path === paths.alerts) return null; // the screen already shows them
  const news = (alerts.rows ?? []).filter((a) => a.updated_at > since.current && a.severity !== "info" && !a.acknowledged_at && !closed.has(a.id) && !(stopOpen && a.kind.startsWith("kill")));
  if (news.length === 0) return null;
  return (
    <div className="toasts" role="region" aria-label={words.activity.toast}>
      {news.slice(0, MOST).reverse().map((a) => <Toast key={a.id} alert={a} close={close} />)}
    </div>
  );
}
