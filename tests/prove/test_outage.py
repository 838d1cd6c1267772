"""Firestore stopped for a minute, and killed: nothing lost, doubled or out of order, at next to no cost.

Run by `make prove ONLY=outage`; needs no data. `make test` runs samples: tests/adapters/firestore/test_way_out.py,
tests/faults/test_stress.py and tests/integration/test_store_lost.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.wire import GrpcWire
from engine.domain.errors import OperatingError
from tests.faults.cost import Cost
from tests.faults.own_emulator import own_emulator
from tests.faults.stamped import account_of, arrived, assert_each_once_and_in_order, assert_numbered, note
from tests.integration.lively_market import lively_market
from tests.integration.outage_amid_replay import kept_engine, traded_through
from tests.prove.kept_alive import Kept

pytestmark = pytest.mark.prove

PROJECT = "demo-outage"
RATE = 50
HEALTHY_S, OUTAGE_S = 20.0, 60.0
CPU_MAX_PCT = 5.0
DAYS = 6  # of a market that the engine process replays at 25 minutes a second: 90 s
BACK_WITHIN_S = 90.0  # the longest rest of the relay, the longest call, a lease's life

Record = Callable[[str, object], None]


@contextmanager
def signalling(folder: Path, host: str, rate: int = RATE) -> Iterator[Kept]:
    """A process that gives signals, kept running until the block ends."""
    words = ["-m", "tests.prove.signalling", str(folder / "test.journal"), host, PROJECT, str(rate)]
    kept = Kept(words, folder / "signalling.log")
    try:
        yield kept
    finally:
        kept.kill()


def flows(kept: Kept) -> bool:
    """Whether the last it said is that the store is healthy and next to nothing waits."""
    return bool(kept.told) and kept.told[-1]["store"] == "healthy" and kept.told[-1]["depth"] <= RATE


def flows_again(kept: Kept, since: int) -> Callable[[], bool]:
    """Whether it said so in one of its lines after the first `since`."""
    return lambda: len(kept.told) > since and flows(kept)


class Watched:
    """The account's document as a screen sees it; it must never go back while the store keeps what it has."""

    def __init__(self, wire: GrpcWire) -> None:
        self._wire = wire
        self.seen: list[tuple[int, str]] = []

    def look(self) -> bool:
        """Always True."""
        try:
            self.seen.append(account_of(self._wire))
        except OperatingError:
            pass  # the outage
        return True


def tell(record: Record, kept: Kept, healthy: Cost, outage: Cost) -> None:
    """The figures of an outage."""
    record("signals_a_second", RATE)
    record("cpu_pct_healthy", healthy.cpu_pct)
    record("cpu_pct_outage", outage.cpu_pct)
    record("grown_mb_outage", outage.grown_mb)
    record("most_waiting", max(line["depth"] for line in kept.told))


def test_a_store_stopped_for_a_minute_gets_every_signal_in_order(tmp_path: Path, record_property: Record) -> None:
    with own_emulator(tmp_path / "logs") as emulator, signalling(tmp_path, emulator.host) as kept:
        wire = connect(PROJECT, emulator.host)
        watched = Watched(wire)
        kept.watch(lambda: flows(kept), 30)
        healthy = kept.cost_of(HEALTHY_S)
        watched.look()
        emulator.suspend()
        outage = kept.cost_of(OUTAGE_S)
        assert kept.told[-1]["store"] == "down"
        assert kept.told[-1]["depth"] > RATE * OUTAGE_S * 0.9
        said, resumed = len(kept.told), time.monotonic()
        emulator.resume()
        kept.watch(lambda: watched.look() and flows_again(kept, said)(), BACK_WITHIN_S)
        back_s = time.monotonic() - resumed
        kept.watch(lambda: watched.look() and time.monotonic() > resumed + back_s + 5, 10)
        kept.end()
        watched.look()
        last = kept.told[-1]["durable"]
        found = arrived(wire, last)
        assert_numbered(found)
        assert watched.seen == sorted(watched.seen), "the account's document went back"
        assert watched.seen[-1] == (2 * last, f"after {last}")
        assert (kept.told[-1]["depth"], kept.told[-1]["dead_letters"], kept.lives) == (0, 0, 1)
        tell(record_property, kept, healthy, outage)
        record_property("signals", last)
        record_property("all_flows_again_s", round(back_s, 1))
        record_property("written_again", sum(one.updated_at != one.created_at for one in found))
        wire.close()
    assert outage.cpu_pct < CPU_MAX_PCT


def test_a_store_killed_and_emptied_gets_every_signal_again(tmp_path: Path, record_property: Record) -> None:
    with own_emulator(tmp_path / "logs") as emulator, signalling(tmp_path, emulator.host) as kept:
        kept.watch(lambda: flows(kept), 30)
        healthy = kept.cost_of(HEALTHY_S)
        emulator.kill()
        outage = kept.cost_of(OUTAGE_S)
        assert kept.told[-1]["store"] == "down"
        said, restarted = len(kept.told), time.monotonic()
        emulator.restart()
        kept.watch(lambda: kept.lives == 2, BACK_WITHIN_S)  # the lease was gone: it ended, and was started anew
        kept.watch(flows_again(kept, said), BACK_WITHIN_S)
        back_s = time.monotonic() - restarted
        kept.watch(lambda: time.monotonic() > restarted + back_s + 5, 10)
        kept.end()
        wire = connect(PROJECT, emulator.host)
        last = kept.told[-1]["durable"]
        found = arrived(wire, last)
        assert_each_once_and_in_order(found)
        assert account_of(wire) == (2 * last, f"after {last}")
        assert (kept.told[-1]["depth"], kept.told[-1]["dead_letters"], kept.lives) == (0, 0, 2)
        tell(record_property, kept, healthy, outage)
        record_property("signals", last)
        record_property("all_flows_again_s", round(back_s, 1))
        lived = [one.latency_ms for one in found if one.put_at / 1e6 > found[-1].put_at / 1e6 - 3]
        note(record_property, "put_to_store_afterwards", lived)
        wire.close()
    assert outage.cpu_pct < CPU_MAX_PCT


@pytest.mark.parametrize("emptied", [False, True], ids=["stopped", "killed and emptied"])
def test_the_engine_process_trades_through_it_to_the_backtests_books(
    tmp_path: Path, record_property: Record, *, emptied: bool
) -> None:
    market = lively_market(tmp_path, DAYS)
    with own_emulator(tmp_path / "logs") as emulator:
        came = traded_through(emulator, tmp_path / "state", market, HEALTHY_S / 2, OUTAGE_S, emptied=emptied)
    assert came.signals >= RATE * OUTAGE_S * 0.8
    assert came.lives == (2 if emptied else 1)
    record_property("signals_amid_outage", came.signals)
    for name in ("signals", "orders", "fills", "trades"):
        record_property(name, market.expected.summary[name])
    record_property("cpu_pct_healthy", came.healthy.cpu_pct)
    record_property("cpu_pct_outage", came.outage.cpu_pct)
    record_property("grown_mb_healthy", came.healthy.grown_mb)
    record_property("grown_mb_outage", came.outage.grown_mb)


def test_the_engine_process_at_the_pace_of_life_costs_next_to_nothing_in_an_outage(
    tmp_path: Path, record_property: Record
) -> None:
    with own_emulator(tmp_path / "logs") as emulator:
        with kept_engine(emulator.host, tmp_path / "state", {"LOCKSTEP_SPEED": "1"}) as kept:
            give_up_at = time.monotonic() + 60
            while not kept.trades():
                assert time.monotonic() < give_up_at, kept.engine.told()[-3000:]
                kept.live(0.1)
            costs = {"healthy": kept.cost_of(HEALTHY_S)}
            emulator.suspend()
            costs["stopped"] = kept.cost_of(OUTAGE_S)
            emulator.kill()
            costs["refused"] = kept.cost_of(OUTAGE_S)
            assert kept.lives == 1
    for state, cost in costs.items():
        record_property(f"cpu_pct_{state}", cost.cpu_pct)
        record_property(f"grown_mb_{state}", cost.grown_mb)
    assert max(costs["stopped"].cpu_pct, costs["refused"].cpu_pct) < CPU_MAX_PCT
