/** Open positions at the newest prices. Fed by open_positions and quotes; a late price greys every figure it feeds. */
import type { ReactNode } from "react";
import { deeds } from "../api/deeds";
import type { Position } from "../documents";
import { useAccount } from "../live/Account";
import { usePositionsNow } from "../live/usePositionsNow";
import { clockMinutes, minutesOn } from "../moments";
import { price, quantity } from "../numbers";
import { Age, LATE_AFTER_S } from "../parts/Age";
import { CommandButton } from "../parts/CommandButton";
import { Percent, Pnl } from "../parts/Figures";
import { Blank, Pane, Rows } from "../parts/Pane";
import { Ruler } from "../parts/Ruler";
import { Table, type Column } from "../parts/Table";
import type { PositionNow } from "../pnl";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

/** What was adopted from the broker and no bot bought: `by-hand-` and the account. */
const BY_HAND = "by-hand-";

/** The bot's name, or its id while the bot is not known. */
export function useBotName(): (id: string) => string {
  const { bots } = useAccount();
  return (id) => (id.startsWith(BY_HAND) ? words.positions.byHand : bots.rows?.find((b) => b.id === id)?.name ?? id);
}

/** Symbol and bot, leading to the bot's page; what is held by hand has none. */
function Who({ position, name }: { position: Position; name: string }) {
  const lines = <><b>{position.symbol}</b><small>{name}</small></>;
  if (position.bot_id.startsWith(BY_HAND)) return <span className="two">{lines}</span>;
  return <Link className="two" href={paths.bot(position.bot_id)}>{lines}</Link>;
}

interface PositionsPaneProps {
  className?: string;
  /** Offer to close each position: on the page of positions, not in the overview. */
  closable?: boolean;
}

export function PositionsPane({ className = "", closable = false }: PositionsPaneProps) {
  const { account, positions, quotes, marketZone } = useAccount();
  const now = usePositionsNow() ?? [];
  const nameOf = useBotName();
  const { currency } = account;
  const columns: Column<PositionNow>[] = [
    { key: "symbol", head: words.positions.symbol, cell: "who", show: ({ position: p }) => <Who position={p} name={nameOf(p.bot_id)} /> },
    { key: "quantity", head: words.positions.quantity, right: true, cell: "a", show: ({ position: p }) => <>{quantity(p.quantity, currency)}<small>{p.tranches.length > 1 ? words.positions.tranches(p.tranches.length) : words.positions.states[p.state]}</small></> },
    { key: "average", head: words.positions.average, right: true, cell: "b", show: ({ position: p }) => <>{price(p.entry_price, currency)}<small>{words.positions.since(minutesOn(p.entry_time, account.market_at ?? p.entry_time, marketZone))}</small></> },
    { key: "price", head: words.positions.price, right: true, cell: "c", show: (p) => <PriceCell now={p} currency={currency} /> },
    { key: "ruler", head: words.positions.ruler, cell: "full", show: (p) => <Ruler now={p} currency={currency} /> },
    { key: "net", head: words.positions.net, right: true, cell: "sum", show: (p) => <><Pnl value={p.net} currency={currency} stale={p.price.stale} strong /><small><Percent value={p.netPct} stale={p.price.stale} /></small></> },
  ];
  if (closable) {
    columns.push({ key: "close", head: words.positions.deed, right: true, cell: "command", show: ({ position: p }) => <CommandButton deed={() => deeds.closePosition(p.id)} ask={words.positions.closeNow(p.quantity > 0 ? "sell" : "buy", quantity(Math.abs(p.quantity), currency), p.symbol)} asked={words.positions.closing} done={words.positions.exitMade}>{words.positions.close(p.symbol)}</CommandButton> });
  }
  const flatBy = account.session?.flatten_at;
  const note: ReactNode = flatBy && now.length > 0 ? <span className="dim small">{words.positions.allFlatBy(clockMinutes(flatBy, marketZone))}</span> : undefined;
  return (
    <Pane id="positions" title={words.positions.title} className={className} at={quotes?.updated_at ?? account.updated_at} limitS={LATE_AFTER_S} beside={note}>
      <Rows live={positions} what={words.positions.title} empty={<Blank title={words.positions.empty} detail={words.positions.emptyDetail} />}>
        {() => <Table label={words.positions.title} className={closable ? "pos closable" : "pos"} columns={columns} rows={now} id={(p) => p.position.id} />}
      </Rows>
    </Pane>
  );
}

function PriceCell({ now, currency }: { now: PositionNow; currency: string }) {
  return (
    <>
      <span className={now.price.stale ? "stale" : ""}>{price(now.price.price, currency)}</span>
      <small>{now.price.seenAt === null ? words.positions.noQuote : <Age at={now.price.seenAt} limitS={now.price.stale ? 0.001 : LATE_AFTER_S} />}</small>
    </>
  );
}
