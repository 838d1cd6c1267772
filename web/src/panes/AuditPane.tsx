/** The account's audit log, newest first, page by page, and how to prove it. Fed by GET /audit: a record of the past needs no listener. */
import { useCallback, useEffect, useState } from "react";
import { Refused } from "../api/call";
import { deeds } from "../api/deeds";
import { changesOf, type Changed } from "../audit";
import { useAccount } from "../live/Account";
import { clock, dayShort } from "../moments";
import { count } from "../numbers";
import { Filtered } from "../parts/Filtered";
import { Icon } from "../parts/Icon";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Table, type Column } from "../parts/Table";
import type { AuditEntry } from "../riskDocuments";
import { useUser } from "../session/Session";
import { words } from "../words";
import { useBotName } from "./PositionsPane";

interface Read {
  entries: AuditEntry[];
  cursor: string | null;
}

/** The pages read so far. */
function useAudit() {
  const { account } = useAccount();
  const [read, setRead] = useState<Read | null>(null);
  const [busy, setBusy] = useState(true);
  const [failed, setFailed] = useState<string | null>(null);
  const page = useCallback(async (before: Read | null) => {
    setBusy(true);
    setFailed(null);
    try {
      const answer = await deeds.audit(account.id, before?.cursor ?? null);
      setRead({ entries: [...(before?.entries ?? []), ...answer.items], cursor: answer.cursor });
    } catch (error) {
      setFailed(error instanceof Refused && error.status === 404 ? words.records.notYet : error instanceof Error ? error.message : words.api.refused(0));
    } finally {
      setBusy(false);
    }
  }, [account.id]);
  useEffect(() => void page(null), [page]);
  return { read, busy, failed, older: () => page(read), again: () => page(null) };
}

function useWho(): (actor: string) => string {
  const user = useUser();
  const nameOf = useBotName();
  return (actor) => (actor === user.uid || actor === `user ${user.uid}` ? words.records.you : actor === "engine" ? words.records.engine : actor === "broker" ? words.records.broker : nameOf(actor));
}

/** "order_sent" as "Order sent". */
function sentence(action: string): string {
  const text = action.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** So many fields stand in the row; the others open below them. */
const FIELDS_SHOWN = 8;

function Line({ line }: { line: Changed }) {
  return (
    <span className="line">
      {line.name && <span className="name">{words.risk.fields[line.name] ?? line.name.replaceAll(/[_.]/g, " ")} </span>}
      {line.before !== null && <s>{line.before}</s>}{line.before !== null && line.after !== null && <span className="sr"> {words.records.arrow} </span>}{line.after}
    </span>
  );
}

function Change({ entry }: { entry: AuditEntry }) {
  const lines = changesOf(entry.before, entry.after);
  const more = lines.slice(FIELDS_SHOWN);
  return (
    <div className="change">
      {lines.slice(0, FIELDS_SHOWN).map((line) => <Line key={line.name} line={line} />)}
      {more.length > 0 && (
        <details>
          <summary className="link">{words.records.more(more.length)}</summary>
          {more.map((line) => <Line key={line.name} line={line} />)}
        </details>
      )}
    </div>
  );
}

export function AuditPane() {
  const { account, marketZone } = useAccount();
  const { read, busy, failed, older, again } = useAudit();
  const who = useWho();
  const at = (entry: AuditEntry) => `${dayShort(Date.parse(entry.at), marketZone)} ${clock(Date.parse(entry.at), marketZone)}`;
  const columns: Column<AuditEntry>[] = [
    { key: "number", head: words.records.number, cell: "no", show: (e) => <span className="num mut">{count(e.number, account.currency)}</span> },
    { key: "time", head: words.records.time, cell: "when", show: (e) => <span className="num mut">{at(e)}</span> },
    { key: "actor", head: words.records.actor, cell: "who", show: (e) => who(e.actor) },
    { key: "action", head: words.records.action, cell: "b", show: (e) => <><b>{sentence(e.action)}</b><small className="subject">{e.subject}</small></> },
    { key: "change", head: words.records.change, cell: "full", show: (e) => <Change entry={e} /> },
    { key: "hash", head: words.records.hash, cell: "hash", show: (e) => <code title={e.hash}>{e.hash.slice(0, 12)}</code> },
  ];
  const text = (e: AuditEntry) => `${e.action.replaceAll("_", " ")} ${e.subject} ${who(e.actor)}`;
  return (
    <Pane id="audit" title={words.records.audit} beside={read && <button type="button" className="link small push" disabled={busy} onClick={again}>{words.records.refresh}</button>}>
      <p className="mut">{words.records.lead}</p>
      <p className="mut verify"><Icon name="info" /><span>{words.records.verify} <code>{words.records.command(account.id)}</code></span></p>
      {failed !== null && <Blank title={words.records.failed} detail={failed}><button type="button" className="btn" onClick={read ? older : again}>{words.records.again}</button></Blank>}
      {read && (read.entries.length > 0 ? (
        <Filtered rows={read.entries} text={text} label={words.records.filter}>{(rows) => <Table label={words.records.audit} className="aud" columns={columns} rows={rows} id={(e) => e.hash} />}</Filtered>
      ) : <Blank title={words.records.empty} detail={words.records.emptyDetail} />)}
      {!read && failed === null && <Loading what={words.records.audit} />}
      {read && read.entries.length > 0 && (
        <p className="act">{read.cursor ? <button type="button" className="btn" disabled={busy} onClick={older}>{words.records.older}</button> : <span className="dim small">{words.records.end}</span>}</p>
      )}
    </Pane>
  );
}
