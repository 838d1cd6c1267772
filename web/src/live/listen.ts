/**
 * All running listeners of the page, one for each query, shared by whoever shows its answer. Fed by Firestore; feeds
 * live/useLive. A listener outlives its last pane by a minute, so that going back and forth costs no new read.
 */
import { collection, documentId, endAt, limit, onSnapshot, orderBy, query, startAfter, Timestamp, where, type QuerySnapshot } from "firebase/firestore";
import type { ListenQuery, Place } from "../queries";
import { heardStore } from "./connection";
import { firebase } from "./firebase";
import { serverNow } from "./ticker";

/** What a query is known to answer. */
export interface Answer<T> {
  rows: T[] | undefined;
  /** Wall ms of the last change that arrived. */
  heardAt: number | undefined;
  /** The store's own cache answers: nothing newer can be had at the moment. */
  cached: boolean;
  /** The store refused, in its own code; `rows` are then the last good ones. */
  error: string | undefined;
  /** Where the last row stands in the query's order; undefined without an order or a row. */
  last?: Place | undefined;
}

interface Running {
  answer: Answer<unknown>;
  readers: Set<() => void>;
  stop: () => void;
  linger: ReturnType<typeof setTimeout> | undefined;
}

const LINGER_MS = 60_000;
const NOTHING: Answer<never> = { rows: undefined, heardAt: undefined, cached: false, error: undefined };
const running = new Map<string, Running>();

/** A document's data with timestamps as ms since 1970 UTC, all the way down. */
function plain(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toMillis();
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

function firestoreQuery(asked: ListenQuery) {
  const filters = asked.filters.map((f) => where(f.field === "__name__" ? documentId() : f.field, f.op, f.value));
  const most = asked.limit ? [limit(asked.limit)] : [];
  return query(collection(firebase().store, asked.collection), ...filters, ...ordered(asked), ...most);
}

/** The ids order rows of one moment, as Firestore orders them where nobody says so: a place can then be named exactly. */
function ordered({ order, after, upTo }: ListenQuery) {
  if (!order) return [];
  const by = [orderBy(order.field, order.direction), orderBy(documentId(), order.direction)];
  const bound = (place: Place) => [new Timestamp(place.seconds, place.nanoseconds), place.id] as const;
  return [...by, ...(after ? [startAfter(...bound(after))] : []), ...(upTo ? [endAt(...bound(upTo))] : [])];
}

function lastOf(snapshot: QuerySnapshot, { order }: ListenQuery): Place | undefined {
  const row = order && snapshot.docs.at(-1);
  const at: unknown = row?.get(order?.field ?? "");
  return row && at instanceof Timestamp ? { seconds: at.seconds, nanoseconds: at.nanoseconds, id: row.id } : undefined;
}

/** The name under which a query is shared. */
export function keyOf(asked: ListenQuery): string {
  return JSON.stringify(asked);
}

function tell(entry: Running, answer: Answer<unknown>): void {
  entry.answer = answer;
  for (const reader of entry.readers) reader();
}

function attach(entry: Running, asked: ListenQuery): () => void {
  const onNext = (snapshot: QuerySnapshot) => {
    heardStore(snapshot.metadata.fromCache);
    // Before the store was reached once, an empty cache is no answer: "no bot yet" would be a guess.
    const rows = snapshot.metadata.fromCache && snapshot.empty && !entry.answer.rows
      ? undefined
      : snapshot.docs.map((d) => ({ id: d.id, ...(plain(d.data()) as object) }));
    const heardAt = snapshot.metadata.fromCache ? entry.answer.heardAt : serverNow();
    tell(entry, { rows, heardAt, cached: snapshot.metadata.fromCache, error: undefined, last: lastOf(snapshot, asked) });
  };
  const onError = (error: { code: string }) => tell(entry, { ...entry.answer, error: error.code });
  return onSnapshot(firestoreQuery(asked), { includeMetadataChanges: true }, onNext, onError);
}

function startListening(asked: ListenQuery): Running {
  const entry: Running = { answer: NOTHING, readers: new Set(), stop: () => undefined, linger: undefined };
  running.set(keyOf(asked), entry);
  entry.stop = attach(entry, asked);
  return entry;
}

/** Calls `reader` at every change of the query's answer, from now until the returned function is called. */
export function listen(asked: ListenQuery, reader: () => void): () => void {
  const key = keyOf(asked);
  const entry = running.get(key) ?? startListening(asked);
  clearTimeout(entry.linger);
  entry.readers.add(reader);
  return () => {
    entry.readers.delete(reader);
    if (entry.readers.size > 0) return;
    entry.linger = setTimeout(() => {
      entry.stop();
      if (running.get(key) === entry) running.delete(key);
    }, LINGER_MS);
  };
}

/** The newest answer of a query; the same object until it changes. */
export function answerOf<T>(asked: ListenQuery): Answer<T> {
  return (running.get(keyOf(asked))?.answer ?? NOTHING) as Answer<T>;
}

/** Asks again after a refusal: a refused listener does not come back by itself. */
export function listenAgain(asked: ListenQuery): void {
  const entry = running.get(keyOf(asked));
  if (!entry?.answer.error) return;
  entry.stop();
  tell(entry, { ...entry.answer, error: undefined });
  entry.stop = attach(entry, asked);
}

/** Ends every listener and forgets every answer: at sign-out nothing of the reader may stay. */
export function stopListening(): void {
  for (const entry of running.values()) {
    clearTimeout(entry.linger);
    entry.stop();
    tell(entry, NOTHING);
  }
  running.clear();
}
