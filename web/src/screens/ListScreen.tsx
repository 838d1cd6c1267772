/** A screen of one list: its name, the market's day, the list. Fed by App for positions, orders, fills, trades, bots and activity. */
import type { ReactNode } from "react";
import { MarketDay } from "./Overview";

export function ListScreen({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <header className="head">
        <h1>{title}</h1>
        <MarketDay />
      </header>
      {children}
    </>
  );
}
