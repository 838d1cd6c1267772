/** Fills, newest first: what really happened at the venue, with its charges. Fed by fills. */
import type { Fill } from "../documents";
import { useAccount } from "../live/Account";
import { usePages } from "../live/usePages";
import { money, price, quantity } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Filtered } from "../parts/Filtered";
import { Older } from "../parts/Older";
import { Blank, Pane, Rows } from "../parts/Pane";
import { Table, type Column } from "../parts/Table";
import { When } from "../parts/When";
import { queries } from "../queries";
import { words } from "../words";
import { useBotName } from "./PositionsPane";

function lines(fill: Fill, currency: string): string {
  return Object.entries(fill.charge_lines ?? {}).map(([name, value]) => `${name} ${money(value, currency)}`).join(", ");
}

export function FillsPane({ className = "", most, whole = false }: { className?: string; most?: number; whole?: boolean }) {
  const { account, owner } = useAccount();
  const fills = usePages<Fill>(queries.fills(owner));
  const nameOf = useBotName();
  const { currency } = account;
  const columns: Column<Fill>[] = [
    { key: "time", head: words.fills.time, cell: "when", show: (f) => <span className="num mut"><When at={f.filled_at} /></span> },
    { key: "symbol", head: words.fills.symbol, cell: "who", show: (f) => <span className="two"><b>{f.symbol}</b><small>{nameOf(f.bot_id)}</small></span> },
    { key: "side", head: words.fills.side, cell: "b", show: (f) => words.done[f.side] },
    { key: "quantity", head: words.fills.quantity, right: true, cell: "c", show: (f) => quantity(f.quantity, currency) },
    { key: "price", head: words.fills.price, right: true, cell: "d", show: (f) => price(f.price, currency) },
  ];
  if (whole) columns.push({ key: "worth", head: words.fills.worth, right: true, cell: "e", show: (f) => <span className="mut">{money(f.quantity * f.price, currency)}</span> });
  columns.push({ key: "charges", head: words.fills.charges, right: true, cell: "sum", show: (f) => <span className="mut" title={lines(f, currency)}>{money(-f.charges, currency)}</span> });
  const table = (rows: Fill[]) => <Table label={words.fills.title} className="fil" columns={columns} rows={rows.slice(0, most)} id={(f) => f.id} />;
  return (
    <Pane id="fills" title={words.fills.title} className={className} at={account.updated_at} limitS={LATE_AFTER_S}>
      <Rows live={fills} what={words.fills.title} empty={<Blank title={words.fills.empty} detail={words.fills.emptyDetail} />}>
        {(rows) => (whole ? <Filtered rows={rows} text={(f) => `${f.symbol} ${nameOf(f.bot_id)}`}>{table}</Filtered> : table(rows))}
      </Rows>
      {whole && <Older pages={fills} currency={currency} />}
    </Pane>
  );
}
