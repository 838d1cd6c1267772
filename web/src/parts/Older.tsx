/** The end of a list that goes back further: a button for the next older page, then the word that there is none. Fed by usePages. */
import type { Pages } from "../live/usePages";
import { count } from "../numbers";
import { words } from "../words";

export function Older<T>({ pages, currency }: { pages: Pages<T>; currency: string }) {
  const { older, reading, ended, rows } = pages;
  if (ended) return <p className="act"><span className="dim small">{words.pane.end(count(rows?.length ?? 0, currency))}</span></p>;
  if (!older && !reading) return null;
  return <p className="act"><button type="button" className="btn" disabled={reading} onClick={older ?? undefined}>{reading ? words.pane.reading : words.pane.older}</button></p>;
}
