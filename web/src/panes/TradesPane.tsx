/** Closed trades, newest first: gross, charges and net side by side, and how each ended. Fed by closed_trades. */
import type { ClosedTrade } from "../documents";
import { useAccount } from "../live/Account";
import { usePages } from "../live/usePages";
import { clock, dayShort } from "../moments";
import { money, price, quantity } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Pnl } from "../parts/Figures";
import { Filtered } from "../parts/Filtered";
import { Older } from "../parts/Older";
import { Blank, Pane, Rows } from "../parts/Pane";
import { Table, type Column } from "../parts/Table";
import { queries } from "../queries";
import { words } from "../words";
import { useBotName } from "./PositionsPane";

export function TradesPane() {
  const { account, owner, marketZone } = useAccount();
  const trades = usePages<ClosedTrade>(queries.trades(owner));
  const nameOf = useBotName();
  const { currency } = account;
  const moment = (at: number) => `${dayShort(at, marketZone)} ${clock(at, marketZone)}`;
  const columns: Column<ClosedTrade>[] = [
    { key: "symbol", head: words.trades.symbol, cell: "who", show: (t) => <span className="two"><b>{t.symbol}</b><small>{nameOf(t.bot_id)}, {words.trades.sides[t.side]}</small></span> },
    { key: "quantity", head: words.trades.quantity, right: true, cell: "a", show: (t) => quantity(t.quantity, currency) },
    { key: "entry", head: words.trades.entry, right: true, cell: "b", show: (t) => <>{price(t.entry_price, currency)}<small>{moment(t.entry_at)}</small></> },
    { key: "exit", head: words.trades.exit, right: true, cell: "c", show: (t) => <>{price(t.exit_price, currency)}<small>{moment(t.exit_at)}</small></> },
    { key: "how", head: words.trades.how, cell: "d", show: (t) => words.trades.reasons[t.exit_reason] ?? t.exit_reason },
    { key: "gross", head: words.trades.gross, right: true, cell: "e", show: (t) => <span className="mut">{money(t.gross_pnl, currency, true)}</span> },
    { key: "charges", head: words.trades.charges, right: true, cell: "f", show: (t) => <span className="mut">{money(-t.charges, currency)}</span> },
    { key: "net", head: words.trades.net, right: true, cell: "sum", show: (t) => <Pnl value={t.net_pnl} currency={currency} strong /> },
  ];
  const blank = <Blank title={words.trades.empty} detail={words.trades.emptyDetail} />;
  const table = (rows: ClosedTrade[]) => <Table label={words.trades.title} className="trd" columns={columns} rows={rows} id={(t) => t.id} />;
  return (
    <Pane id="trades" title={words.trades.title} at={account.updated_at} limitS={LATE_AFTER_S}>
      <Rows live={trades} what={words.trades.title} empty={blank}>
        {(rows) => <Filtered rows={rows} text={(t) => `${t.symbol} ${nameOf(t.bot_id)}`}>{table}</Filtered>}
      </Rows>
      <Older pages={trades} currency={currency} />
    </Pane>
  );
}
