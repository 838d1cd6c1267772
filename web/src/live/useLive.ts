/** A query's answer in a component. Fed by live/listen; feeds every pane. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { ListenQuery } from "../queries";
import { answerOf, keyOf, listen, listenAgain, type Answer } from "./listen";

export interface Live<T> extends Answer<T> {
  again: () => void;
}

/** Listens while the component shows; null listens to nothing yet (an id is still missing) and counts as loading. */
export function useLive<T>(asked: ListenQuery | null): Live<T> {
  const key = asked ? keyOf(asked) : "";
  // Queries are rebuilt at every render: the key says whether they ask for the same.
  const stable = useMemo(() => (key ? (JSON.parse(key) as ListenQuery) : null), [key]);
  const subscribe = useCallback((reader: () => void) => (stable ? listen(stable, reader) : () => undefined), [stable]);
  const answer = useSyncExternalStore(subscribe, () => (stable ? answerOf<T>(stable) : LOADING));
  return useMemo(() => ({ ...answer, again: () => stable && listenAgain(stable) }), [answer, stable]);
}

const LOADING: Answer<never> = { rows: undefined, heardAt: undefined, cached: false, error: undefined };
