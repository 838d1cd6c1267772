/**
 * A list's newest rows and the older ones that the reader asked for, page by page, all of them live: an old order may
 * still be at work. Fed by live/listen, a listener a page; feeds the lists of orders, fills and closed trades.
 */
import { useMemo, useState, useSyncExternalStore } from "react";
import { pagesOf, type ListenQuery, type Place } from "../queries";
import { answerOf, keyOf, listen, listenAgain, type Answer } from "./listen";
import type { Live } from "./useLive";

export interface Pages<T> extends Live<T> {
  /** Asks for the next older page; null where there is none, or where one is being read. */
  older: (() => void) | null;
  /** An older page is being read. */
  reading: boolean;
  /** The reader asked for older ones, and has now seen the oldest. */
  ended: boolean;
}

/** The answers of several queries; the same array until one of them changes. */
function useAnswers<T>(asked: ListenQuery[]): Answer<T>[] {
  const key = JSON.stringify(asked);
  const source = useMemo(() => {
    const stable = JSON.parse(key) as ListenQuery[];
    let known: Answer<T>[] = [];
    return {
      subscribe: (reader: () => void) => {
        const stops = stable.map((one) => listen(one, reader));
        return () => stops.forEach((stop) => stop());
      },
      read: () => {
        const now = stable.map((one) => answerOf<T>(one));
        if (now.length !== known.length || now.some((answer, at) => answer !== known[at])) known = now;
        return known;
      },
    };
  }, [key]);
  return useSyncExternalStore(source.subscribe, source.read);
}

/** One list of several answers, in their order. */
function joined<T>(first: Answer<T>, pages: readonly Answer<T>[]): Answer<T> {
  // What was read stays on the screen while a listener of another shape takes it over.
  const answers = [pages[0]?.rows ? pages[0] : first, ...pages.slice(1)];
  return {
    rows: answers[0]?.rows && answers.flatMap((answer) => answer.rows ?? []),
    heardAt: first.heardAt,
    cached: answers.some((answer) => answer.cached),
    error: answers.find((answer) => answer.error !== undefined)?.error,
  };
}

/** `newest` has an order and a limit, which is the length of a page. */
export function usePages<T>(newest: ListenQuery): Pages<T> {
  const key = keyOf(newest);
  const [asked, setAsked] = useState<{ key: string; ends: Place[] }>({ key, ends: [] });
  const ends = asked.key === key ? asked.ends : [];
  const queries = pagesOf(newest, ends);
  // The newest listener goes on below the pages: other screens share it.
  const [first, ...pages] = useAnswers<T>([newest, ...(ends.length > 0 ? queries : [])]) as [Answer<T>, ...Answer<T>[]];
  const oldest = pages.at(-1) ?? first;
  const full = (oldest.rows?.length ?? 0) >= (newest.limit ?? Infinity);
  const end = full ? oldest.last : undefined;
  return {
    ...joined(first, pages),
    again: () => [newest, ...queries].forEach(listenAgain),
    older: end ? () => setAsked({ key, ends: [...ends, end] }) : null,
    reading: pages.some((page) => page.rows === undefined && page.error === undefined),
    ended: ends.length > 0 && oldest.rows !== undefined && !full,
  };
}
