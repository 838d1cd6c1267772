/** The list of keys. Fed by destinations. */
import { Sheet } from "../parts/Sheet";
import { words } from "../words";
import { DESTINATIONS } from "./destinations";

export function KeysSheet({ onClose }: { onClose: () => void }) {
  const rows: [string, string][] = [
    ...DESTINATIONS.map((d): [string, string] => [`G ${d.letter.toUpperCase()}`, words.keys.go(d.name)]),
    ["Shift S", `${words.stop.button}${words.stop.buttonWide}`],
    ["/", words.activity.filter],
    ["?", words.keys.help],
    ["Esc", words.keys.escape],
  ];
  return (
    <Sheet label={words.keys.title} onClose={onClose}>
      <h2>{words.keys.title}</h2>
      <dl className="dl keys">
        {rows.map(([key, does]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div>)}
      </dl>
      <p className="act"><button type="button" className="btn" onClick={onClose}>{words.keys.close}</button></p>
    </Sheet>
  );
}
