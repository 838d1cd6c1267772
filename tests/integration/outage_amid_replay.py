"""The engine process replays a lively market while its store is stopped, or killed and emptied. Used by make test and
make prove; what is in the store in the end is compared with a backtest of the same market.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.domain.errors import OperatingError
from tests.faults.cost import Cost, cost_of
from tests.faults.own_emulator import OwnEmulator
from tests.integration.engine_kills import read
from tests.integration.engine_process import EngineProcess, Store
from tests.integration.lively_market import LivelyMarket
from tests.integration.replay import assert_same

PROJECT = "demo-outage"
LOOK_S = 0.1
START_WITHIN_S, BACK_WITHIN_S, FINISH_WITHIN_S = 180.0, 180.0, 300.0


class KeptEngine:
    """The engine process, started anew whenever it ends with a code other than 0, as the platform does it."""

    def __init__(self, host: str, state: Path, settings: Mapping[str, str]) -> None:
        self._start = lambda: EngineProcess(host, PROJECT, state, settings)
        self.engine = self._start()
        self.lives = 1

    def look(self) -> None:
        """Start it anew if it has ended by itself."""
        if self.engine.ended():
            assert self.engine.end() != 0, f"it ended as if told to:\n{self.engine.told()[-3000:]}"
            self.engine = self._start()
            self.lives += 1

    def live(self, seconds: float) -> None:
        """Let it run, kept alive."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
            time.sleep(LOOK_S)

    def cost_of(self, seconds: float) -> Cost:
        """What it uses over so many seconds, which it must live through."""
        return cost_of(psutil.Process(self.engine.pid), lambda: self.live(seconds))

    def trades(self) -> bool:
        """Whether it has begun to, in its present life."""
        return self.engine.told().count('"trading"') >= self.lives


@contextmanager
def kept_engine(host: str, state: Path, settings: Mapping[str, str]) -> Iterator[KeptEngine]:
    """One that does not outlive the block."""
    kept = KeptEngine(host, state, settings)
    try:
        yield kept
    finally:
        kept.engine.end(signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came of an outage. Signals given while it lasted; what it cost; how many times the engine was started."""

    signals: int
    healthy: Cost
    outage: Cost
    lives: int


def traded_through(
    emulator: OwnEmulator,
    state: Path,
    market: LivelyMarket,
    healthy_s: float,
    outage_s: float,
    *,
    emptied: bool,
    signals_min: int = 0,
) -> Stretch:
    """Replay the market through an outage: the store stopped, or killed and begun anew with nothing in it. It lasts on
    until so many signals were given.
    """
    store, account_id = Store(emulator.host, PROJECT), market.expected.account_id
    journal = state / f"{account_id}.journal"

    def given() -> int:
        return len(read(journal)[0]["trading_signals"])

    with kept_engine(emulator.host, state, market.settings()) as kept:
        _await(kept, kept.trades, START_WITHIN_S, "it trades")
        healthy = kept.cost_of(healthy_s)
        before = given()
        (emulator.kill if emptied else emulator.suspend)()
        outage = kept.cost_of(outage_s)
        _await(kept, lambda: given() >= before + signals_min, BACK_WITHIN_S, "signals are given")
        meanwhile = read(journal)[0]["trading_signals"]
        (emulator.restart if emptied else emulator.resume)()
        _await(kept, lambda: meanwhile <= _shown(store, account_id), BACK_WITHIN_S, "what waited is in the store")
        _await(kept, lambda: _finished(store, account_id), FINISH_WITHIN_S, "the replay is finished in the store")
        assert kept.engine.end() == 0, kept.engine.told()[-3000:]
    assert_same(store, market.expected)
    assert read(journal)[1] == 0, "something waits still"
    return Stretch(len(meanwhile) - before, healthy, outage, kept.lives)


def _await(kept: KeptEngine, condition: Callable[[], bool], within_s: float, what: str) -> None:
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, f"{what}: not within {within_s} s:\n{kept.engine.told()[-3000:]}"
        kept.live(LOOK_S)


def _shown(store: Store, account_id: str) -> set[str]:
    """The signals in the store; none while it does not answer."""
    try:
        return set(store.all_of("trading_signals", account_id))
    except OperatingError:
        return set()


def _finished(store: Store, account_id: str) -> bool:
    try:
        account = store.get("accounts", account_id) or {}
    except OperatingError:
        return False
    return bool(account.get("clock", {}).get("finished"))
