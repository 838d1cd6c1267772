/**
 * A table that becomes stacked rows where it is narrow. Fed by columns and rows. Roles are written by hand: the display
 * change would otherwise take them from the reader's screen reader.
 */
import type { ReactNode } from "react";

export interface Column<T> {
  key: string;
  head: string;
  /** Figures stand to the right. */
  right?: boolean;
  /** Extra class of the cell: where it goes when stacked. */
  cell?: string;
  show: (row: T) => ReactNode;
}

interface TableProps<T> {
  label: string;
  className: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
}

export function Table<T>({ label, className, columns, rows, id }: TableProps<T>) {
  return (
    <table className={`flush rows stack ${className}`} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((c) => (
            <th key={c.key} role="columnheader" scope="col" className={c.right ? "r" : ""}>
              {c.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={id(row)} role="row">
            {columns.map((c) => (
              <td key={c.key} role="cell" data-label={c.head} className={`${c.right ? "r num " : ""}${c.cell ?? ""}`}>
                {c.show(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
