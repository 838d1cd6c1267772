"""What money and trades cost to read over HTTP with 10,000 closed trades, as a figure. Feeds figures.

The service's own Flask app and Firestore reader answer from an emulator; no engine's snapshot helps. Beside them, what
an answer costs that adds up the trades itself, with Google's client.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from flask import Flask
from google.cloud.firestore import Client, Query
from google.cloud.firestore_v1.base_query import FieldFilter

from bench.drain import library_client
from bench.figure import Figure, Measured, Quantities, Target, Terms, ratio, spread, spreads, turned
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of, nested
from engine.adapters.firestore.mapping import write_of
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.adapters.snapshot_file import SnapshotFile
from engine.api.app import create_app
from engine.api.dependencies import ApiDependencies, ClientConfig
from engine.core.ledger import Ledger, period_end
from engine.domain.account import AccountSpec
from engine.domain.identity import trade_id
from engine.domain.instant import MINUTE, SECOND, instant_of
from engine.domain.order import ExitReason
from engine.domain.records import ClosedTradeRecord, ProfitRecord, Record
from engine.ports import Identity
from local.firestore import FirestoreEmulator

TRADES = 10_000
BOTS, SYMBOLS = 20, 10
REQUESTS = 150
BATCH = 400
BOUND_MS = 50.0
ACCOUNT = AccountSpec("paper-bench", "bench")
DAY = "2026-01-05"
BEGIN = instant_of(datetime(2026, 1, 5, 4, tzinfo=UTC))

PATHS = {
    "profits": "/api/v1/portfolio/profits?period=all",
    "stats": "/api/v1/portfolio/stats?period=all",
    "trades": "/api/v1/trades?limit=50",
    "trades_of_a_bot": "/api/v1/trades?limit=50&bot_id=bot-7",
}
SCAN, NEWEST = "adding_up_all_trades", "one_query_by_the_library"

METHOD = f"""\
An account with {TRADES:,} closed trades of {BOTS} bots lies in a Firestore emulator, written as the engine writes it.
{REQUESTS}
requests a path and round go through the service's Flask app and its Firestore reader, without an engine's snapshot, so
that each asks the emulator; the app is a new one each time, so that its first page of trades is not in its memory.
Beside them, an answer that adds up the trades itself: Google's client streams the account's closed trades, as many
systems do at each request; and the library's time for the one query behind a page of trades."""

LIMITS = (
    "The emulator is not Firestore: it goes through a whole collection for any query, so one query takes as long as "
    "the library's row says; Firestore answers it from an index. The service asks only when a trade has closed, or the "
    "page was read within 10 s of that, or a minute ago; else a request reads the roll-up, one document.",
    "Requests come one at a time through Flask's test client: no socket, and the token is known without a signature.",
)


class KnownToken:
    """One token, one user."""

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        return Identity(ACCOUNT.user_id, None, datetime.now(UTC))


def closed_trades() -> tuple[list[ClosedTradeRecord], Ledger]:
    """Trades as the engine publishes them, and the ledger that counted them."""
    ledger = Ledger(ACCOUNT.cash)
    ledger.begin_day(DAY, ACCOUNT.cash)
    trades = []
    for number in range(TRADES):
        bot_id, symbol = f"bot-{number % BOTS}", f"SYMBOL{number % SYMBOLS}"
        gross, charges = Decimal((number * 37) % 900 - 400), Decimal("65.00")
        entry_at = BEGIN + number * SECOND
        fills = (f"ENTRY{number:015d}", f"EXIT{number:016d}")
        trades.append(
            ClosedTradeRecord(
                trade_id=trade_id(ACCOUNT.account_id, bot_id, symbol, fills[0]), bot_id=bot_id, symbol=symbol,
                side="LONG", quantity=Decimal(100), entry_at=entry_at, entry_price=Decimal(500),
                exit_at=entry_at + MINUTE, exit_price=Decimal(500) + gross / 100, gross_pnl=gross, charges=charges,
                net_pnl=gross - charges, exit_reason=ExitReason.SIGNAL, fill_ids=fills, day=DAY,
            )
        )  # fmt: skip
        ledger.close_trade(bot_id, gross, charges, 60, entry_at + MINUTE)
    return trades, ledger


def roll_up(ledger: Ledger, period: str) -> ProfitRecord:
    """A period's roll-up as the engine publishes it."""
    profit = ledger.profits[period]
    return ProfitRecord(
        ACCOUNT.account_id, period, profit.start, profit.gross_pnl, profit.charges, profit.net_pnl, profit.trades,
        profit.wins, profit.losses, profit.break_even, profit.gross_profit, profit.gross_loss, profit.bots,
        period_end(period, profit.start), profit.hold_s, profit.first_exit_at, profit.last_exit_at,
    )  # fmt: skip


def furnish(wire: Wire) -> Decimal:
    """Write the account's trades, its roll-ups and whose it is; returns the net P&L of all trades."""
    trades, ledger = closed_trades()
    records: list[Record] = [*trades, *(roll_up(ledger, period) for period in ledger.profits)]
    now = datetime.now(UTC)
    for start in range(0, len(records), BATCH):
        request = commit_request(wire.database)
        for number, record in enumerate(records[start : start + BATCH], start):
            made = write_of(record, ACCOUNT, number, now, lambda symbol: 2)
            add_set(request, name_of(wire.database, made.collection, made.document_id), nested(made.fields))
        wire.commit(request, timeout_s=30)
    request = commit_request(wire.database)
    owner = {"user_id": ACCOUNT.user_id, "accounts": [ACCOUNT.account_id], "created_at": now}
    add_set(request, name_of(wire.database, "users", ACCOUNT.user_id), owner)
    wire.commit(request, timeout_s=30)
    return ledger.profits["all"].net_pnl


def service(wire: Wire) -> Flask:
    """The app as the service makes it, on this store."""
    clock = SystemClock()
    config = ClientConfig("demo-bench", "key", "bench.firebaseapp.com")
    documents = FirestoreDocuments(wire, clock, lambda: 0.5)
    return create_app(
        ApiDependencies(
            documents, SnapshotFile(Path("no-engine-writes-one.json")), KnownToken(), clock, Path("web"), config, None
        )
    )


def asked(wire: Wire, path: str, net_pnl: Decimal) -> Quantities:
    """Milliseconds of requests, half of them and 95 of a hundred; each answer must be right."""
    client = service(wire).test_client()
    took = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        answer = client.get(path, headers={"Authorization": "Bearer known"})
        took.append((time.perf_counter() - begin) * 1000)
        told = answer.get_json()
        right = len(told["items"]) == 50 if "items" in told else told["net_pnl"] == float(net_pnl)
        if answer.status_code != 200 or not right:
            raise AssertionError(f"{path}: {answer.status_code} {told}")
    return quantiles(took)


def scanned(client: Client, net_pnl: Decimal) -> Quantities:
    """Milliseconds of adding up, three times over."""
    took = []
    for _ in range(3):
        begin = time.perf_counter()
        total = sum((Decimal(str(found.get("net_pnl"))) for found in _own(client).stream()), Decimal(0))
        took.append((time.perf_counter() - begin) * 1000)
        if total != net_pnl:
            raise AssertionError(f"{total} where {net_pnl} was written")
    return quantiles(took)


def newest(client: Client) -> Quantities:
    """Milliseconds of the query behind a page, by Google's client."""
    took = []
    for _ in range(15):
        begin = time.perf_counter()
        found = list(_own(client).order_by("exit_at", direction=Query.DESCENDING).limit(50).stream())
        took.append((time.perf_counter() - begin) * 1000)
        if len(found) != 50:
            raise AssertionError(f"{len(found)} trades of 50")
    return quantiles(took)


def _own(client: Client) -> Query:
    """The account's closed trades."""
    query = client.collection("closed_trades").where(filter=FieldFilter("user_id", "==", ACCOUNT.user_id))
    return query.where(filter=FieldFilter("account_id", "==", ACCOUNT.account_id))


def quantiles(took: list[float]) -> Quantities:
    """Median, 95th of a hundred, and the slowest."""
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    return {"p50_ms": statistics.median(took), "p95_ms": p95, "slowest_ms": max(took)}


def measure(terms: Terms) -> Measured:
    """Raises StackError where the emulator can't be started."""
    with tempfile.TemporaryDirectory() as logs:
        emulator = FirestoreEmulator.start(Path(logs))
        wire = connect("demo-bench", emulator.host)
        try:
            net_pnl = furnish(wire)
            client = library_client(emulator.host)
            ways: dict[str, Callable[[], Quantities]] = {
                **{name: partial(asked, wire, path, net_pnl) for name, path in PATHS.items()},
                SCAN: partial(scanned, client, net_pnl),
                NEWEST: partial(newest, client),
            }
            for way in ways.values():
                way()  # the emulator's JVM, warmed for everybody
            rounds = [_round(ways, number, terms) for number in range(terms.rounds)]
        finally:
            wire.close()
            emulator.stop()
    slowest = [max(one[name]["p95_ms"] for name in PATHS) / BOUND_MS for one in rounds]
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            "slowest_p95_to_50_ms": spread(slowest, 3),
            "adding_up_to_stats_p50": ratio(rounds, "p50_ms", SCAN, "stats"),
        },
        facts={"closed_trades": TRADES, "requests a path and round": REQUESTS},
    )


def _round(ways: dict[str, Callable[[], Quantities]], number: int, terms: Terms) -> dict[str, Quantities]:
    found = {}
    for name in turned(tuple(ways), number):
        found[name] = ways[name]()
        terms.say(f"round {number + 1}, {name}: p50 {found[name]['p50_ms']:.1f} ms, p95 {found[name]['p95_ms']:.1f} ms")
    return {name: found[name] for name in ways}


FIGURE = Figure(
    name="api_reads",
    title=f"Money and trades over HTTP, with {TRADES:,} closed trades",
    method=METHOD,
    limits=LIMITS,
    targets=(Target("slowest_p95_to_50_ms", 1, at_most=True), Target("adding_up_to_stats_p50", 50)),
    measure=measure,
)
