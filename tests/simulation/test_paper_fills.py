"""When and where a paper account's orders fill, on ticks and on bars; stops, targets and flattening."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.domain.events import ClockTicked, SessionOpened
from engine.domain.fill_terms import FillTerms
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, OrderState, Side
from engine.domain.signal import SignalType
from tests.builders.market import bar, bar_events, instrument, tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session

BUY, SELL = SignalType.BUY, SignalType.SELL


def trading(script: dict[str, SignalType], stop: str | None = None, target: str | None = None, **more: Any) -> Books:
    """A bot of ten shares that signals at the closes the script names."""
    closes = {at(clock): signal for clock, signal in script.items()}
    spec = bot(strategy="script", quantity=10, stop=stop, target=target)
    return paper_loop((spec,), make_strategy=scripted({"script": closes}, allow_short=more.pop("short", False)), **more)


def long_at_500(**exits: str) -> Books:
    """Ten bought at 500.05, at 09:30:00."""
    books = trading({"09:30": BUY}, **exits)
    books.step(tick("09:29:50", 500), tick("09:30:00", 500))
    assert [(fill.price, fill.filled_at) for fill in books.fills] == [(Decimal("500.05"), at("09:30"))]
    return books


def test_an_order_fills_at_the_tick_that_reveals_the_bars_close() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), tick("09:30:07", 503))
    (fill,) = books.fills
    assert (fill.filled_at, fill.price) == (at("09:30:07"), Decimal("503.05"))
    assert books.signals[0].price == Decimal(500)


def test_an_order_decided_by_the_clock_fills_at_the_next_tick() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")))
    assert len(books.signals) == 1
    assert books.fills == []
    books.step(tick("09:30:20", 505))
    assert [fill.filled_at for fill in books.fills] == [at("09:30:20")]


def test_on_bars_an_order_fills_at_the_next_bars_open() -> None:
    books = trading({"09:30": BUY})
    books.step(*bar_events(bar("09:29", (499, 501, 498, 500))))
    assert books.fills == []
    books.step(*bar_events(bar("09:30", (502, 510, 490, 505))))
    (fill,) = books.fills
    assert (fill.filled_at, fill.price) == (at("09:30"), Decimal("502.05"))


@pytest.mark.parametrize(
    ("dirty", "rule"),
    [
        (tick("09:30:01", 900), "jump"),
        (tick("09:30:01", 0), "not_positive"),
        (tick("09:29:00", 500), "out_of_order"),
        (tick("09:30:01", 500, day=TUESDAY), "wrong_day"),
        (tick("16:00", 500), "outside_session"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_fills_on_a_dirty_tick(dirty: Any, rule: str) -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")), dirty)
    assert books.fills == []
    assert books.state.dropped == {rule: 1}


def test_a_dirty_tick_does_not_bring_the_minute_forward() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), tick("09:31:00", 900))
    assert books.signals == []


def test_a_stop_is_touched_at_its_price_and_fills_at_the_next_tick() -> None:
    books = long_at_500(stop="1")  # 495.0495, to the tick below: 495.00
    books.step(tick("09:30:10", 495.05))
    assert len(books.orders) == 1
    books.step(tick("09:30:11", 495), tick("09:30:12", 494.5))
    (trade,) = books.trades
    assert (trade.exit_reason, trade.exit_price, trade.exit_at) == (
        ExitReason.STOP, Decimal("494.45"), at("09:30:12"),
    )  # fmt: skip


def test_a_target_is_touched_at_its_price_and_fills_at_the_next_tick() -> None:
    books = long_at_500(target="1")  # 505.0505, to the tick above: 505.10
    books.step(tick("09:30:10", 505.05))
    assert len(books.orders) == 1
    books.step(tick("09:30:11", 505.1), tick("09:30:12", 506))
    (trade,) = books.trades
    assert (trade.exit_reason, trade.exit_price) == (ExitReason.TARGET, Decimal("505.95"))


def test_a_shorts_stop_is_above_and_its_target_below() -> None:
    books = trading({"09:30": SELL}, stop="1", target="2", short=True)
    books.step(tick("09:29:50", 500), tick("09:30:00", 500))
    position = books.state.portfolio.get("alpha", "ACME")
    assert position is not None
    assert (position.stop_price, position.target_price) == (Decimal("504.95"), Decimal("489.95"))
    books.step(tick("09:30:10", 505), tick("09:30:11", 505))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.STOP]


def test_within_a_bar_that_touches_both_the_stop_is_assumed_and_fills_at_the_next_open() -> None:
    books = trading({"09:30": BUY}, stop="1", target="1")
    books.step(*bar_events(bar("09:29", (500, 500, 500, 500))), *bar_events(bar("09:30", (500, 510, 490, 500))))
    books.step(*bar_events(bar("09:31", (503, 503, 503, 503))))
    (trade,) = books.trades
    assert (trade.exit_reason, trade.exit_at, trade.exit_price) == (
        ExitReason.STOP, at("09:31"), Decimal("502.95"),
    )  # fmt: skip


def test_a_touched_stop_asks_for_one_exit_however_many_ticks_follow() -> None:
    from engine.simulation.fill_model import FillModel

    books = trading({"09:30": BUY}, stop="1", model=FillModel(latency_ms=2_000))
    books.step(tick("09:29:50", 500), tick("09:30:00", 500), tick("09:30:02", 500))
    books.step(*(tick(at("09:30:03") + number * SECOND // 4, 490 - number / 10) for number in range(7)))
    assert [order.side for order in books.orders] == [Side.BUY, Side.SELL]
    assert books.trades == []
    books.step(tick("09:30:05", 489))
    assert len(books.trades) == 1


def test_positions_are_flattened_from_the_sessions_flattening_minute() -> None:
    books = long_at_500()
    books.step(tick("14:54:59", 500))
    assert len(books.orders) == 1
    books.step(tick("14:55:00", 501))
    (trade,) = books.trades
    assert (trade.exit_reason, trade.exit_at, trade.exit_price) == (
        ExitReason.FLATTEN, at("14:55"), Decimal("500.95"),
    )  # fmt: skip


def test_an_order_without_a_price_expires_at_the_days_end() -> None:
    books = trading({"14:44": BUY}, instruments=(instrument(), instrument("OTHER")))
    books.step(tick("14:43:50", 500), ClockTicked(at("14:44")), tick("15:29:59", 20, symbol="OTHER"))
    assert [order.state for order in books.orders] == [OrderState.ACCEPTED]
    books.step(ClockTicked(at("15:30")))
    (order,) = books.orders
    assert (order.state, order.reason, order.history[-1].at) == (
        OrderState.EXPIRED, "the trading day is over", at("15:30"),
    )  # fmt: skip
    assert not books.loop.venue.waiting


def test_a_tick_of_after_the_close_proves_that_the_day_is_over() -> None:
    books = trading({"14:44": BUY})
    books.step(tick("14:43:50", 500), ClockTicked(at("14:44")), tick("15:31", 500))
    assert [order.state for order in books.orders] == [OrderState.EXPIRED]


def test_what_could_not_be_flattened_is_closed_on_the_next_day() -> None:
    books = long_at_500()
    books.step(ClockTicked(at("15:30")))
    assert [order.state for order in books.orders] == [OrderState.FILLED, OrderState.EXPIRED]
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at), tick("14:54:59", 490, day=TUESDAY))
    assert books.trades == []
    books.step(tick("14:55", 490, day=TUESDAY))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.FLATTEN]


def test_the_loops_fast_path_does_what_steps_do() -> None:
    from tests.builders.market import walk_ticks

    specs = (bot(stop="0.3", target="0.5"), bot("beta", timeframe="3m"))
    stepped, ran = paper_loop(specs), paper_loop(specs)
    ticks = list(walk_ticks(11, session(), every_s=5))
    stepped.step(*ticks)
    ran.run(ticks)
    assert ran.effects == stepped.effects
    assert len(ran.fills) > 4


def test_records_reach_the_sink_in_the_order_of_their_numbers() -> None:
    books = long_at_500(stop="1")
    books.step(tick("09:31", 480), tick("09:31:01", 480), ClockTicked(at("15:30")))
    numbers = [effect.sequence for effect in books.effects]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_accounts_own_terms_fill_its_orders() -> None:
    spec = account(fills=FillTerms(slippage_bps=20, latency_ms=5_000))
    books = trading({"09:30": BUY}, spec=spec)
    books.step(tick("09:29:50", 500), tick("09:30:04", 500), tick("09:30:06", 500))
    assert [(fill.price, fill.filled_at) for fill in books.fills] == [(Decimal(501), at("09:30:06"))]
