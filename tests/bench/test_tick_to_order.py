"""The figure of a tick's way to the broker: its engine sends live orders, each timed by the tick that it comes of."""

from collections import deque
from datetime import date
from pathlib import Path

from bench.minute_market import Closed, MinuteMarket, Step
from bench.order_engine import PRICES, ways
from bench.tick_to_order import OURS, one_run
from engine.domain.events import InstrumentListed, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from engine.market_data.instruments import instrument_for
from local.firestore import FirestoreEmulator

ORDERS = 3


def test_an_order_is_timed_from_the_tick_that_it_comes_of() -> None:
    steps = [Closed(Step((symbol,), 0.0), 0, at) for symbol, at in (("A", 100), ("B", 200), ("A", 300), ("B", 400))]
    answered = {"A": deque([90, 115, 320]), "B": deque([230])}
    assert ways(steps, answered) == [15, 30, 20], (
        "what was answered before any tick is nobody's; B's last has no answer"
    )


def test_a_step_is_a_minute_and_the_next_ones_first_tick_closes_it() -> None:
    session = calendar_for("NSE").session_on(date(2026, 11, 23))
    assert session is not None
    steps = [Step(("SBIN",), 0.0), Step(("SBIN", "TCS"), 0.0)]
    carried = [instrument_for("SBIN"), instrument_for("TCS")]
    feed = MinuteMarket("angelone", carried, session, PRICES, steps)
    feed.go.set()
    assert [type(event) for event in feed.history(None)] == [InstrumentListed, InstrumentListed, SessionOpened]
    ticks = [tick for tick in feed.events(None, feed.done.is_set) if isinstance(tick, Tick)]
    assert [(tick.symbol, (tick.at - session.entry_from) // MINUTE) for tick in ticks] == [
        ("SBIN", 1), ("SBIN", 2), ("TCS", 2), ("SBIN", 3),
    ]  # fmt: skip
    assert [one.step for one in feed.closed] == steps
    assert [(one.bar_at - session.entry_from) // MINUTE for one in feed.closed] == [1, 2]


def test_every_tick_of_a_live_engine_at_the_loopback_broker_comes_to_an_order(
    firestore_emulator: FirestoreEmulator, tmp_path: Path
) -> None:
    found = one_run(OURS, 1, ORDERS, firestore_emulator.host, str(tmp_path))
    assert (found["orders"], found["mode"]) == (ORDERS, "live")
    assert 0 < found["p50_us"] <= found["p99_us"] < 10_000_000
