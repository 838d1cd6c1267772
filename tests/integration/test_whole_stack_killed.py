"""Everything is killed amid trading and Firestore comes back from an older save: the journal brings what it lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil

from engine.domain.records import AccountRecord, OrderRecord, PositionFlat, PositionRecord, Record
from engine.outbox.codec import decode
from local.firestore import FirestoreEmulator
from tests.faults.own_emulator import words_of
from tests.integration.engine_process import Store
from tests.integration.service_process import ACCOUNT, assert_books_tie, money, service

FACTS = ("fills", "trading_signals", "closed_trades")
CASH = 1_000_000


@contextmanager
def emulator(logs: Path, seed: Path | None = None) -> Iterator[FirestoreEmulator]:
    """A Firestore emulator of this test's own, begun with a save or empty."""
    running = FirestoreEmulator.start(logs, seed=seed)
    try:
        yield running
    finally:
        running.stop()


def kill(running: FirestoreEmulator) -> None:
    """SIGKILL: what it holds in memory is gone."""
    port = running.host.rpartition(":")[2]
    for process in psutil.Process().children(recursive=True):
        words = words_of(process)
        if f"--port={port}" in words and not any("guard.py" in word for word in words):
            process.kill()
            process.wait(60)


class Journal:
    """The journal on disk as any program may read it, the service running or not."""

    def __init__(self, path: Path) -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT collection, document_id, state, payload FROM records ORDER BY row")
            self.rows: list[tuple[str, str, int, Record]] = [
                (collection, document_id, state, decode(payload)) for collection, document_id, state, payload in found
            ]

    def ids(self, collection: str) -> set[str]:
        """The documents of a collection that it knows of."""
        return {document_id for kept, document_id, _, _ in self.rows if kept == collection}

    def newest(self, kind: type[Any]) -> dict[str, Any]:
        """The newest record of each document, where that is of this kind."""
        last = {document_id: record for _, document_id, _, record in self.rows if isinstance(record, ANY_OF[kind])}
        return {document_id: record for document_id, record in last.items() if isinstance(record, kind)}

    @property
    def waiting(self) -> int:
        """Records not yet delivered."""
        return sum(state == 0 for _, _, state, _ in self.rows)

    @property
    def dead(self) -> list[Record]:
        """Records set aside as dead letters."""
        return [record for _, _, state, record in self.rows if state == 2]


ANY_OF: dict[type[Any], tuple[type[Any], ...]] = {
    PositionRecord: (PositionRecord, PositionFlat),
    OrderRecord: (OrderRecord,),
    AccountRecord: (AccountRecord,),
}


def seen(store: Store) -> dict[str, set[str]]:
    """The ids of all facts in Firestore."""
    return {collection: set(store.all_of(collection, ACCOUNT)) for collection in FACTS}


def assert_in_step(store: Store, journal: Journal) -> None:
    """Everything in the journal is in Firestore as the journal has it, and nothing else is."""
    assert (journal.waiting, journal.dead) == (0, [])
    for collection in FACTS:
        assert set(store.all_of(collection, ACCOUNT)) == journal.ids(collection), collection
    orders = store.all_of("orders", ACCOUNT)
    assert {key: (found["state"], money(found["filled_quantity"])) for key, found in orders.items()} == {
        key: (record.state.value, record.filled_quantity) for key, record in journal.newest(OrderRecord).items()
    }
    positions = store.all_of("open_positions", ACCOUNT)
    assert {key: (money(found["quantity"]), money(found["cost"])) for key, found in positions.items()} == {
        key: (record.quantity, record.cost) for key, record in journal.newest(PositionRecord).items()
    }
    account = store.get("accounts", ACCOUNT) or {}
    assert money(account["cash"]) == journal.newest(AccountRecord)[ACCOUNT].cash


def test_what_the_save_lacks_is_sent_again_from_the_journal(firestore_project: str, tmp_path: Path) -> None:
    state, logs, save = tmp_path / "state", tmp_path / "logs", tmp_path / "save"
    journal_file = state / f"{ACCOUNT}.journal"
    save.mkdir()
    settings = {"LOCKSTEP_SPEED": "120"}
    with emulator(logs) as before:
        store = Store(before.host, firestore_project)
        with service(before.host, firestore_project, state, **settings) as first:
            first.await_that(lambda: store.all_of("fills", ACCOUNT), 45, "a fill is in Firestore")
            before.export(firestore_project, save)
            saved = seen(store)
            enough = len(saved["fills"]) + 3
            first.await_that(lambda: len(store.all_of("fills", ACCOUNT)) >= enough, 45, "it has traded on")
            shown = seen(store)
            first.kill()
        kill(before)
    written = Journal(journal_file)
    assert shown["fills"] <= written.ids("fills"), "what a screen showed was on disk before"
    assert saved["fills"] < written.ids("fills"), "the save lacks fills"
    with emulator(logs, save / "firestore" / "firestore.overall_export_metadata") as after:
        store = Store(after.host, firestore_project)
        assert set(store.all_of("fills", ACCOUNT)) <= shown["fills"]
        assert set(store.all_of("fills", ACCOUNT)) < written.ids("fills"), "Firestore came back without them"
        with service(after.host, firestore_project, state, **settings) as second:
            second.await_that(
                lambda: all(ids >= written.ids(collection) for collection, ids in seen(store).items()),
                30,
                "all that was written down is in Firestore again",
            )
            second.await_that(second.ready, 30, "GET /ready answers")
            code, _ = second.end()
            assert code == 0, second.told()[-3000:]
        assert_in_step(store, Journal(journal_file))
        assert_books_tie(store, CASH)
