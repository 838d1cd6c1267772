/** One pane of the sheet: its title, its age, and what it says while loading, empty or refused. Fed by a live query; wraps every list. */
import type { ReactNode } from "react";
import type { Live } from "../live/useLive";
import { words } from "../words";
import { Age } from "./Age";

export interface PaneProps {
  id: string;
  title: string;
  className?: string;
  /** Beside the title: a note, a link. */
  beside?: ReactNode;
  /** Wall ms the pane's figures are from; left out where the head shows no age. */
  at?: number | null | undefined;
  limitS?: number;
  children: ReactNode;
}

export function Pane({ id, title, className = "", beside, at, limitS, children }: PaneProps) {
  return (
    <section className={`pane ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {beside}
        {at !== undefined && <Age at={at} {...(limitS ? { limitS } : {})} />}
      </header>
      {children}
    </section>
  );
}

interface RowsProps<T> {
  live: Live<T>;
  /** The name of what is listed, as in its pane's title. */
  what: string;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}

/** The rows of a live query, or what stands in their place. Refused: the last good rows stay, with the reason above them. */
export function Rows<T>({ live, what, empty, children }: RowsProps<T>) {
  return (
    <>
      {live.error !== undefined && <ReadFailed what={what} code={live.error} kept={live.rows !== undefined} again={live.again} />}
      {live.rows === undefined ? live.error === undefined && <Loading what={what} /> : live.rows.length === 0 ? empty : children(live.rows)}
    </>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="blank" aria-busy="true">
      <span className="sr">{words.pane.loading(what.toLowerCase())}</span>
      <span className="skel" />
      <span className="skel short" />
      <span className="skel shorter" />
    </div>
  );
}

/** Nothing is there: a sentence, why, and at most one thing to do. */
export function Blank({ title, detail, children }: { title: string; detail?: string; children?: ReactNode }) {
  return (
    <div className="blank">
      <b>{title}</b>
      {detail && <p className="mut">{detail}</p>}
      {children}
    </div>
  );
}

function ReadFailed({ what, code, kept, again }: { what: string; code: string; kept: boolean; again: () => void }) {
  return (
    <Blank title={words.pane.failed(what)} detail={`${words.pane.failedDetail(code)}${kept ? ` ${words.pane.kept}` : ""}`}>
      <button type="button" className="btn" onClick={again}>
        {words.pane.again}
      </button>
    </Blank>
  );
}
