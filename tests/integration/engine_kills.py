"""kill -9 of the engine process amid a lively replay, again and again, and what must be true each time and at the end.

Used by make test (a few kills) and make prove (many).
"""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.integration.engine_process import EngineProcess, Store, await_that, engine_process
from tests.integration.lively_market import LivelyMarket
from tests.integration.replay import assert_same

FACTS = ("trading_signals", "fills", "closed_trades")
PROJECT = "demo-kills"
LIVES_S = (0.3, 2.0)  # how long it trades before it is killed; every fifth is killed amid its start
STARTS_S = (0.5, 2.5)
FINISH_WITHIN_S = 180.0
AS_FAST_AS_IT_GOES = 0

Ids = dict[str, set[str]]


@dataclass(slots=True)
class Told:
    """What came of the kills."""

    kills: int = 0
    amid_trading: int = 0
    records_waiting: int = 0  # at the moments of the kills, on disk and not yet known to be in the store
    seconds: float = 0.0


def kill_again_and_again(host: str, state: Path, market: LivelyMarket, kills: int, seed: int) -> Told:
    """Kill it so many times, let it finish, and compare all that is in the store with the backtest."""
    chance, told, began = random.Random(seed), Told(), time.monotonic()
    store, account_id = Store(host, PROJECT), market.expected.account_id
    on_disk: Ids = {name: set() for name in FACTS}
    for number in range(kills):
        with engine_process(host, PROJECT, state, **market.settings()) as engine:
            if number % 5 == 4:
                _live(chance.uniform(*STARTS_S))
            else:
                await_that(lambda: _starts(engine) > told.amid_trading, 60, engine, "it trades")
                _live(chance.uniform(*LIVES_S))
                assert not engine.ended(), engine.told()[-3000:]
            shown = {name: set(store.all_of(name, account_id)) for name in FACTS}
            engine.end(signal.SIGKILL)
            told.amid_trading = _starts(engine)
        told.kills += 1
        before, (on_disk, waiting) = on_disk, read(state / f"{account_id}.journal")
        told.records_waiting += waiting
        for name in FACTS:
            assert shown[name] <= on_disk[name], f"{name}: a screen showed what is not on disk"
            assert before[name] <= on_disk[name], f"{name}: what was on disk before is gone"
            assert on_disk[name] <= getattr(market.expected, _BACKTESTED[name]).keys(), f"{name}: not the backtest's"
    with engine_process(host, PROJECT, state, **market.settings(AS_FAST_AS_IT_GOES)) as engine:
        await_that(lambda: _finished(store, account_id), FINISH_WITHIN_S, engine, "the replay is finished in Firestore")
        assert engine.end() == 0, engine.told()[-3000:]
    assert_same(store, market.expected)
    on_disk, waiting = read(state / f"{account_id}.journal")
    assert waiting == 0
    for name in FACTS:
        assert on_disk[name] == getattr(market.expected, _BACKTESTED[name]).keys()
    told.seconds = time.monotonic() - began
    return told


_BACKTESTED = {"trading_signals": "signals", "fills": "fills", "closed_trades": "trades"}


def read(journal: Path) -> tuple[Ids, int]:
    """The ids of the facts in a journal's file, each there once, and how many records wait in it."""
    if not journal.exists():
        return {name: set() for name in FACTS}, 0
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT collection, document_id, state FROM records").fetchall()
    ids = {name: [document_id for kept, document_id, _ in rows if kept == name] for name in FACTS}
    for name, found in ids.items():
        assert len(found) == len(set(found)), f"{name}: a fact is in the journal twice"
    return {name: set(found) for name, found in ids.items()}, sum(state == 0 for _, _, state in rows)


def _starts(engine: EngineProcess) -> int:
    """How many of its lives have come as far as to trade."""
    return engine.told().count('"trading"')


def _live(seconds: float) -> None:
    """Let it run for a while; nothing is waited for, so there is no condition to await."""
    time.sleep(seconds)


def _finished(store: Store, account_id: str) -> bool:
    account = store.get("accounts", account_id) or {}
    return bool(account.get("clock", {}).get("finished"))
