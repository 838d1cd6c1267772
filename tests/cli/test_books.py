"""`lockstep books rebuild`: books made anew from every fill are the books there are; what differs is told by figure."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.bootstrap.books import read_kept
from engine.cli import books as books_command
from engine.domain.errors import CannotStart, InvalidValue
from engine.domain.instant import iso
from engine.domain.records import AccountRecord, FillRecord, PositionFlat, PositionRecord, ProfitRecord
from engine.ports import Pending
from engine.research.rebuild import Kept
from engine.simulation.clock import ManualClock
from local.firestore import FirestoreEmulator
from tests.builders.paper import Books
from tests.builders.times import at
from tests.cli.command import lockstep
from tests.core import days

BATCH = 100
HOLDING = at("11:30")  # of the first day: positions are open, some trades are closed


@cache
def busy() -> Books:
    """A busy account in the middle of its day, with partial fills."""
    ran = days.desk()
    for event in days.market():
        if getattr(event, "at", 0) >= HOLDING:
            break
        ran.step(event)
    assert len(ran.state.portfolio) > 1
    assert len(ran.trades) > 3
    return ran


@cache
def stored() -> MemoryWire:
    """Everything that the account published, in a store in memory."""
    wire = MemoryWire()
    deliver(wire)
    return wire


def deliver(wire: Wire) -> None:
    """Write everything that the account published, as the relay does."""
    ran, clock = busy(), ManualClock()
    lease = FirestoreLease(wire, clock)
    store = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
    grant = lease.acquire(ran.state.account, "here", "a.journal", old_holder_dead=True)
    bots = {effect.record.document_id for effect in ran.effects if effect.record.collection == "bots"}
    pending = [Pending(e.sequence, e.sequence, e.record, 100) for e in ran.effects if e.record.document_id not in bots]
    for first in range(0, len(pending), BATCH):
        store.commit(grant, pending[first : first + BATCH])


def kept() -> Kept:
    return read_kept(stored(), "paper-test")


def rebuild(read: Callable[[str], Kept], *words: str) -> tuple[int, str]:
    """Run the command on books that a test gives it; its exit code and what it printed."""
    parser = argparse.ArgumentParser()
    books_command.add_parser(parser.add_subparsers(), read)
    arguments = parser.parse_args(["books", "rebuild", "--account", "paper-test", *words])
    out = io.StringIO()
    with redirect_stdout(out):
        code: int = arguments.run(arguments)
    return code, out.getvalue()


def changed(kind: type, **figures: Any) -> Kept:
    """The books with figures of the first record of a kind as something else."""
    found = kept()
    one = next(record for record in found.states if isinstance(record, kind))
    states = tuple(replace(record, **figures) if record is one else record for record in found.states)  # type: ignore[type-var]
    return replace(found, states=states)


def differences(read: Kept, *words: str) -> list[dict[str, str]]:
    code, out = rebuild(lambda _: read, "--json", *words)
    told = json.loads(out)
    assert (code, told["same"]) == ((1, False) if told["differences"] else (0, True))
    found: list[dict[str, str]] = told["differences"]
    return found


def as_lines(fills: list[FillRecord]) -> str:
    rows = [
        {name: str(getattr(fill, name)) for name in ("order_id", "venue_fill_id", "bot_id", "symbol", "side")}
        | {name: float(getattr(fill, name)) for name in ("quantity", "price", "charges")}
        | {"filled_at": iso(fill.filled_at)}
        for fill in fills
    ]
    return "\n".join(json.dumps(row) for row in rows)


def test_books_made_anew_from_the_stores_fills_are_the_same_in_every_figure() -> None:
    code, out = rebuild(lambda _: kept())
    assert code == 0, out
    assert f"paper-test: {len(busy().fills)} fills" in out
    assert "The same in all" in out


def test_positions_day_figures_trades_and_roll_ups_are_among_the_figures() -> None:
    _, out = rebuild(lambda _: kept(), "--json")
    held, closed = len(busy().state.portfolio), len(busy().trades)
    assert json.loads(out)["figures"] == 3 + 5 * held + closed + 4 * 9


def test_a_brokers_list_that_names_fills_twice_and_out_of_order_makes_the_same_books(tmp_path: Path) -> None:
    file = tmp_path / "broker.jsonl"
    file.write_text(as_lines([*reversed(busy().fills), busy().fills[0]]) + "\n\n")
    assert differences(kept(), "--fills", str(file)) == []


def test_a_fill_that_the_books_lack_shows_in_cash_position_and_roll_ups(tmp_path: Path) -> None:
    position = next(record for record in kept().states if isinstance(record, PositionRecord))
    last = max((f for f in busy().fills if f.bot_id == position.bot_id and f.symbol == position.symbol),
               key=lambda fill: fill.filled_at)  # fmt: skip
    missed = replace(last, order_id="BYHAND", venue_fill_id="BYHAND-1", quantity=Decimal(1), filled_at=HOLDING - 1)
    file = tmp_path / "broker.jsonl"
    file.write_text(as_lines([*busy().fills, missed]))
    what = [line["what"] for line in differences(kept(), "--fills", str(file))]
    assert "cash" in what
    assert any(name.startswith(f"position {position.document_id}") for name in what)


@pytest.mark.parametrize(
    ("kind", "figures", "what"),
    [
        (AccountRecord, {"cash": Decimal(1)}, {"cash"}),
        (AccountRecord, {"charges_day": Decimal(1)}, {"charges_day"}),
        (ProfitRecord, {"wins": 99}, {"wins"}),
        (ProfitRecord, {"net_pnl": Decimal(1)}, {"net_pnl"}),
        (PositionRecord, {"realized_pnl": Decimal("0.01")}, {"realized_pnl"}),
        (PositionRecord, {"cost": Decimal(1)}, {"cost"}),
    ],
)
def test_a_single_figure_that_is_wrong_is_named_alone(kind: type, figures: dict[str, Any], what: set[str]) -> None:
    found = differences(changed(kind, **figures))
    assert {line["what"].rpartition(" ")[2] for line in found} == what
    assert len(found) == 1


def test_a_position_and_a_trade_that_are_not_there_are_told_and_nothing_is_adopted() -> None:
    found = kept()
    states = tuple(record for record in found.states if not isinstance(record, PositionRecord))
    lacking = replace(found, states=states, facts=replace(found.facts, trades=frozenset({"NOBODYS"})))
    code, out = rebuild(lambda _: lacking)
    assert code == 1
    assert out.count("closed trade ") == len(busy().trades) + 1
    assert out.count("position ") == len(busy().state.portfolio)
    assert "adopting rebuilt books is not offered yet" in out
    assert PositionFlat not in {type(record) for record in found.states}


def test_reading_leaves_the_store_as_it_was() -> None:
    before = {name: bytes(str(message), "utf-8") for name, message in stored()._documents.items()}
    rebuild(lambda _: kept())
    assert {name: bytes(str(message), "utf-8") for name, message in stored()._documents.items()} == before


def test_books_that_do_not_say_their_first_cash_want_it_named() -> None:
    unsaid = changed(AccountRecord, start_cash=None)
    with pytest.raises(InvalidValue, match="--cash"):
        rebuild(lambda _: unsaid)
    assert rebuild(lambda _: unsaid, "--cash", "1000000")[0] == 0
    assert [line["what"] for line in differences(unsaid, "--cash", "1000001")] == ["cash"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1"),
        ("[]", "no JSON object"),
        ('{"order_id": "A"}', "lacks venue_fill_id"),
        ('{"quantity": -1}', "must be above 0"),
        ('{"price": "NaN"}', "price is no number"),
        ('{"price": "1e999999"}', "line 1: price: is too large or too small a number"),
        ("[" * 100_000, "line 1: maximum recursion depth"),
        ("\udcff", "is no text in UTF-8"),
        ('{"side": "HOLD"}', "HOLD"),
        ('{"filled_at": "2026-03-02T10:00:00"}', "no time zone"),
    ],
)
def test_a_file_of_fills_that_can_not_be_read_is_refused_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    good = json.loads(as_lines(busy().fills[:1]))
    row = json.loads(line) if line.startswith('{"') and "order_id" not in line else None
    file = tmp_path / "broker.jsonl"
    file.write_text(line if row is None else json.dumps({**good, **row}), errors="surrogateescape")
    with pytest.raises(InvalidValue, match=says):
        books_command.read_fills(file, "paper-test")


def test_fills_that_make_no_books_are_refused(tmp_path: Path) -> None:
    orders = busy().orders
    exit_order = next(order for order in orders if order.purpose == "exit")
    lonely = [fill for fill in busy().fills if fill.order_id == exit_order.order_id]
    file = tmp_path / "broker.jsonl"
    file.write_text(as_lines(lonely))
    with pytest.raises(InvalidValue, match="make no books"):
        rebuild(lambda _: kept(), "--fills", str(file))


def test_an_account_that_is_not_there_and_a_store_that_is_not_named_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotStart, match="no books of an account 'paper-none'"):
        read_kept(stored(), "paper-none")
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    ran = lockstep("books", "rebuild", "--account", "paper-test")
    assert (ran.code, "GOOGLE_CLOUD_PROJECT" in ran.err) == (2, True)


def test_the_command_reads_a_real_store(
    firestore_emulator: FirestoreEmulator, firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(connect(firestore_project, firestore_emulator.host))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", firestore_project)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    ran = lockstep("books", "rebuild", "--account", "paper-test", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["fills"] == len(busy().fills)
