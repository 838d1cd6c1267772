/** What stops the account by itself: what trips each breaker, what has tripped, with its numbers, and what lifts it. Fed by breakers.ts. */
import { breakersOf, type Breaker } from "../breakers";
import { useAccount } from "../live/Account";
import { useLimits } from "../live/useRisk";
import { clock, dayKey, dayShort } from "../moments";
import { Icon } from "../parts/Icon";
import { Pane } from "../parts/Pane";
import { Table, type Column } from "../parts/Table";
import { words } from "../words";

function Standing({ breaker }: { breaker: Breaker }) {
  if (breaker.trip) return <span className="chip bad">{breaker.kind === "not_reconciled" ? words.risk.waiting : words.risk.tripped}</span>;
  return <span className="dim">{breaker.tripsAt === null ? words.risk.off : words.risk.armedState}</span>;
}

function Cause({ breaker }: { breaker: Breaker }) {
  const { account, marketZone } = useAccount();
  const { trip } = breaker;
  if (!trip) return <span className={breaker.tripsAt === null ? "dim" : "mut"}>{breaker.tripsAt ?? words.risk.offLimit}</span>;
  const today = account.market_at !== null && dayKey(account.market_at, marketZone) === dayKey(trip.at, marketZone);
  const at = today ? clock(trip.at, marketZone) : `${dayShort(trip.at, marketZone)}, ${clock(trip.at, marketZone)}`;
  return (
    <span className="trip">
      <Icon name="warn" />
      <span><b>{trip.detail}</b><small>{words.risk.trippedAt(at)}</small></span>
    </span>
  );
}

export function BreakersPane({ className = "" }: { className?: string }) {
  const { account } = useAccount();
  const { inForce } = useLimits();
  const columns: Column<Breaker>[] = [
    { key: "name", head: words.risk.breaker, cell: "who", show: (b) => <b>{words.risk.kinds[b.kind] ?? b.kind.replaceAll("_", " ")}</b> },
    { key: "state", head: words.risk.stateHead, cell: "sum", show: (b) => <Standing breaker={b} /> },
    { key: "trips", head: words.risk.tripsAt, cell: "full", show: (b) => <Cause breaker={b} /> },
    { key: "lifts", head: words.risk.lifts, cell: "full lifts", show: (b) => <span className="mut">{words.risk.liftedBy[b.kind] ?? b.trip?.lifted_by}</span> },
  ];
  return (
    <Pane id="breakers" title={words.risk.breakers} className={className} at={account.updated_at}>
      <Table label={words.risk.breakers} className="brk" columns={columns} rows={breakersOf(inForce, account.trips ?? [], account.currency)} id={(b) => b.kind} />
    </Pane>
  );
}
