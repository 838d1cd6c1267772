/** A filter over rows already here: by symbol or bot, as typed. Fed by a list; "/" brings the focus to it. */
import { useState, type ReactNode } from "react";
import { words } from "../words";
import { Blank } from "./Pane";

interface FilteredProps<T> {
  rows: T[];
  /** What a row is found by. */
  text: (row: T) => string;
  label?: string;
  children: (rows: T[]) => ReactNode;
}

export function Filtered<T>({ rows, text, label = words.activity.filter, children }: FilteredProps<T>) {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const found = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  return (
    <>
      <input className="field filter" type="search" data-filter value={typed} onChange={(e) => setTyped(e.target.value)} aria-label={label} placeholder={label} />
      {found.length > 0 ? children(found) : (
        <Blank title={words.activity.noMatch(typed)} detail={words.activity.hidden(rows.length)}>
          <button type="button" className="link" onClick={() => setTyped("")}>{words.activity.clear}</button>
        </Blank>
      )}
    </>
  );
}
