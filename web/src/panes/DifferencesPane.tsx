/** Where broker and books differ, a card each, with its three ways out. Not there while there is none. Fed by differences. */
import { useState } from "react";
import { Blank, Pane } from "../parts/Pane";
import type { Difference } from "../differences";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { Notice } from "../parts/Notice";
import { queries } from "../queries";
import { words } from "../words";
import { DifferenceCard } from "./DifferenceCard";

export function DifferencesPane() {
  const { owner } = useAccount();
  const open = useLive<Difference>(queries.openDifferences(owner));
  const [decided, setDecided] = useState<string[]>([]);
  const rows = [...(open.rows ?? [])].sort((a, b) => b.found_at - a.found_at || a.id.localeCompare(b.id));
  return (
    <>
      {open.error !== undefined && (
        <Pane id="differences-failed" title={words.differences.failedList}>
          <Blank title={words.pane.failed(words.differences.failedList)} detail={words.pane.failedDetail(open.error)}>
            <button type="button" className="btn" onClick={open.again}>{words.pane.again}</button>
          </Blank>
        </Pane>
      )}
      {decided.length > 0 && (
        <Pane id="differences-decided" title={words.differences.decided} className="slim">
          {decided.map((sentence) => <Notice key={sentence}><p>{sentence}</p></Notice>)}
        </Pane>
      )}
      {rows.map((found) => (
        <DifferenceCard key={found.id} found={found} onDecided={(sentence) => setDecided((before) => [...new Set([...before, sentence])])} />
      ))}
    </>
  );
}
