"""What becomes of a signal: ordered, blocked with its reason, or watched; and that exits always go on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from engine.domain.account import BotSpec, Desired
from engine.domain.events import BotChanged, ClockTicked, HaltChanged
from engine.domain.instant import SECOND
from engine.domain.instrument import Instrument
from engine.domain.market import Tick
from engine.domain.order import ExitReason, OrderState, Purpose, Side
from engine.domain.signal import Outcome, SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import instrument, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

BUY, SELL = SignalType.BUY, SignalType.SELL


def trading(
    script: dict[str, SignalType],
    *,
    bots: Sequence[BotSpec] | None = None,
    instruments: Sequence[Instrument] | None = None,
    cooldown_s: int = 0,
    allow_short: bool = False,
    model: FillModel | None = None,
) -> Books:
    """A loop whose bots signal at the closes that the script names by time of day."""
    closes = {at(clock): signal for clock, signal in script.items()}
    return paper_loop(
        bots or (bot(strategy="script", quantity=10),),
        make_strategy=scripted({"script": closes}, cooldown_s=cooldown_s, allow_short=allow_short),
        instruments=instruments,
        model=model,
    )


def around(clock: str, price: float = 500) -> tuple[Tick, Tick]:
    """A tick shortly before a close and one at it: the first makes the bar, the second fills what it led to."""
    return tick(at(clock) - 5 * SECOND, price), tick(at(clock), price)


def outcomes(books: Books) -> list[tuple[Outcome, str | None]]:
    return [(signal.outcome, signal.blocking_reason) for signal in books.signals]


def test_a_buy_is_ordered_and_filled() -> None:
    books = trading({"09:30": BUY})
    books.step(*around("09:30"))
    (signal,), (order,), (fill,) = books.signals, books.orders, books.fills
    assert (signal.outcome, signal.order_id, signal.bar_at, signal.confirmed_at) == (
        Outcome.ORDERED, order.order_id, at("09:29"), at("09:30"),
    )  # fmt: skip
    assert (order.state, order.side, order.signal_id) == (OrderState.FILLED, Side.BUY, signal.signal_id)
    assert (fill.order_id, fill.quantity) == (order.order_id, 10)


def test_the_signal_is_written_before_its_order_and_the_order_before_its_fill() -> None:
    books = trading({"09:30": BUY})
    books.step(*around("09:30"))
    wanted = {"trading_signals", "orders", "fills", "open_positions"}
    kinds = [e.record.collection for e in books.effects if e.record.collection in wanted]
    assert kinds[:4] == ["trading_signals", "orders", "orders", "fills"]
    assert [effect.sequence for effect in books.effects] == list(range(1, len(books.effects) + 1))


@pytest.mark.parametrize(
    ("second", "outcome", "reason", "detail"),
    [
        ("09:44", Outcome.BLOCKED, "cooldown", "Cooling down, 1:00 left"),
        ("09:45", Outcome.ORDERED, None, None),
    ],
)
def test_an_entry_within_the_cooldown_of_the_last_fill_is_blocked_and_at_900_s_it_is_not(
    second: str, outcome: Outcome, reason: str | None, detail: str | None
) -> None:
    books = trading({"09:30": BUY, second: BUY}, cooldown_s=900)
    books.step(*around("09:30"), *around(second))
    assert books.fills[0].filled_at == at("09:30")
    last = books.signals[-1]
    assert (last.outcome, last.blocking_reason, last.blocking_detail) == (outcome, reason, detail)


def test_an_exits_fill_starts_the_cooldown_too_and_an_exit_never_waits_for_one() -> None:
    books = trading({"09:30": BUY, "09:31": SELL, "09:45": BUY, "09:46": BUY}, cooldown_s=900)
    books.step(*around("09:30"), *around("09:31"), *around("09:45"), *around("09:46"))
    assert outcomes(books) == [
        (Outcome.ORDERED, None),
        (Outcome.ORDERED, None),
        (Outcome.BLOCKED, "cooldown"),
        (Outcome.ORDERED, None),
    ]


def test_one_bots_fill_does_not_cool_another_bot_down() -> None:
    bots = [bot(name, strategy=name, quantity=10) for name in ("alpha", "beta")]
    scripts = {"alpha": {at("09:30"): BUY}, "beta": {at("09:31"): BUY}}
    books = paper_loop(bots, make_strategy=scripted(scripts, cooldown_s=900))
    books.step(*around("09:30"), *around("09:31"))
    assert outcomes(books) == [(Outcome.ORDERED, None)] * 2


@pytest.mark.parametrize(
    ("clock", "reason"),
    [("09:19", "entry_window"), ("09:20", None), ("14:44", None), ("14:45", "entry_window"), ("14:46", "entry_window")],
)
def test_entries_are_taken_from_the_windows_first_minute_until_its_end(clock: str, reason: str | None) -> None:
    books = trading({clock: BUY})
    books.step(*around(clock))
    assert [signal.blocking_reason for signal in books.signals] == [reason]
    assert len(books.fills) == (reason is None)


def test_an_exit_outside_the_entry_window_goes_on() -> None:
    books = trading({"14:44": BUY, "14:50": SELL})
    books.step(*around("14:44"), *around("14:50"))
    assert outcomes(books) == [(Outcome.ORDERED, None)] * 2
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.SIGNAL]


def test_a_watch_only_instrument_gets_signals_and_no_orders() -> None:
    books = trading({"09:30": BUY, "09:31": SELL}, instruments=[instrument(tradable=False)])
    books.step(*around("09:30"), *around("09:31"))
    assert outcomes(books) == [(Outcome.WATCH, "watch_only")] * 2
    assert books.orders == []


def test_a_sell_while_flat_is_watched_when_the_bot_is_long_only() -> None:
    books = trading({"09:30": SELL})
    books.step(*around("09:30"))
    assert outcomes(books) == [(Outcome.WATCH, "flat")]
    assert books.orders == []


def test_a_buy_while_long_builds_the_position() -> None:
    books = trading({"09:30": BUY, "09:31": BUY})
    books.step(*around("09:30", 500), *around("09:31", 510))
    position = books.state.portfolio.get("alpha", "ACME")
    assert position is not None
    assert position.quantity == 20
    assert [tranche.price for tranche in position.tranches] == [Decimal("500.05"), Decimal("510.05")]
    assert position.entry_price == Decimal("505.05")


def test_a_sell_closes_the_whole_position() -> None:
    books = trading({"09:30": BUY, "09:31": BUY, "09:32": SELL})
    books.step(*around("09:30"), *around("09:31"), *around("09:32", 520))
    assert len(books.state.portfolio) == 0
    (trade,) = books.trades
    assert (trade.side, trade.quantity, trade.exit_price) == ("LONG", 20, Decimal("519.95"))
    assert trade.fill_ids == tuple(fill.fill_key for fill in books.fills)


def test_a_bot_that_may_short_opens_with_sell_and_covers_with_buy() -> None:
    books = trading({"09:30": SELL, "09:31": BUY}, allow_short=True)
    books.step(*around("09:30", 500), *around("09:31", 490))
    (trade,) = books.trades
    assert (trade.side, trade.gross_pnl) == ("SHORT", Decimal("99.00"))  # sold at 499.95, covered at 490.05


def test_a_paused_bot_gives_signals_that_are_blocked_and_still_exits() -> None:
    books = trading({"09:30": BUY, "09:31": BUY, "09:32": SELL})
    books.step(*around("09:30"), BotChanged(bot(strategy="script", quantity=10), Desired.PAUSED, 2))
    books.step(*around("09:31"), *around("09:32"))
    assert outcomes(books) == [(Outcome.ORDERED, None), (Outcome.BLOCKED, "paused"), (Outcome.ORDERED, None)]
    assert len(books.trades) == 1


def test_a_stopped_bot_looks_at_nothing() -> None:
    books = trading({"09:30": BUY, "09:32": BUY})
    books.step(BotChanged(bot(strategy="script", quantity=10), Desired.STOPPED, 2), *around("09:30"))
    assert books.signals == []
    books.step(BotChanged(bot(strategy="script", quantity=10), Desired.RUNNING, 3), *around("09:32"))
    assert outcomes(books) == [(Outcome.ORDERED, None)]


def test_while_the_account_is_halted_entries_stop_and_exits_go_on() -> None:
    books = trading({"09:30": BUY, "09:31": BUY, "09:32": SELL, "09:33": BUY})
    books.step(*around("09:30"), HaltChanged(True, "lunch"), *around("09:31"), *around("09:32"))
    assert outcomes(books)[1:] == [(Outcome.BLOCKED, "halted"), (Outcome.ORDERED, None)]
    assert books.signals[1].blocking_detail == "lunch"
    assert len(books.state.portfolio) == 0
    books.step(HaltChanged(False, ""), *around("09:33"))
    assert outcomes(books)[-1] == (Outcome.ORDERED, None)


def test_a_stop_goes_on_while_halted() -> None:
    books = trading({"09:30": BUY}, bots=(bot(strategy="script", quantity=10, stop="1"),))
    books.step(*around("09:30", 500), HaltChanged(True, "lunch"), tick("09:30:10", 494), tick("09:30:11", 493))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.STOP]


def test_a_refused_entry_leaves_an_order_that_says_why_and_was_never_sent() -> None:
    books = trading({"09:30": BUY}, bots=(bot(strategy="script", quantity=1_000),))
    books.step(*around("09:30"))
    (signal,), (order,) = books.signals, books.orders
    assert (signal.outcome, signal.blocking_reason, signal.order_id) == (Outcome.BLOCKED, "notional", order.order_id)
    assert signal.blocking_detail == "Worth 500000.00, limit 50000.00 (5 % of equity)"
    assert (order.state, order.reason, order.purpose) == (OrderState.REFUSED, "notional", Purpose.ENTRY)
    assert [step.state for step in order.history] == [OrderState.CREATED, OrderState.REFUSED]
    assert not books.loop.venue.waiting


def test_five_percent_of_equity_is_bought_in_whole_lots() -> None:
    books = trading({"09:30": BUY}, bots=(bot(strategy="script"),), instruments=[instrument(lot="25")])
    books.step(*around("09:30", 333))
    assert books.fills[0].quantity == 150  # 50,000 / 333 is 150.15: six lots of 25


def test_a_price_too_high_for_one_lot_is_refused_as_zero_quantity() -> None:
    books = trading({"09:30": BUY}, bots=(bot(strategy="script"),), instruments=[instrument(lot="1000")])
    books.step(*around("09:30", 333))
    assert outcomes(books) == [(Outcome.BLOCKED, "zero_quantity")]


def test_an_exit_takes_back_an_entry_that_is_still_building() -> None:
    """Or the rest of it would be bought after the decision to sell."""
    scripts = {"script": {at("09:30"): BUY}}
    spec = bot(strategy="script", quantity=10, stop="1")
    books = paper_loop((spec,), make_strategy=scripted(scripts), model=FillModel(partial_pct=100))
    books.step(tick("09:29:55", 500), tick("09:30:00", 500))
    assert [fill.quantity for fill in books.fills] == [5]
    books.loop._carry_out(books.loop.engine.process(tick("09:30:01", 490)))  # the venue has not seen this price yet
    books.step(tick("09:30:02", 490), tick("09:30:03", 490))
    entry, exit_ = books.orders
    assert (entry.state, entry.filled_quantity) == (OrderState.CANCELLED, 5)
    assert (exit_.state, exit_.quantity) == (OrderState.FILLED, 5)
    assert len(books.state.portfolio) == 0


@pytest.mark.parametrize("allow_short", [False, True])
def test_a_sell_takes_a_buy_back_that_is_not_filled_yet(allow_short: bool) -> None:
    books = trading({"09:30": BUY, "09:31": SELL}, allow_short=allow_short, model=FillModel(latency_ms=60_000))
    books.step(tick("09:29:55", 500), tick("09:30:10", 500), tick("09:30:59", 500), ClockTicked(at("09:31")))
    books.step(tick("09:31:30", 500))
    assert outcomes(books) == [(Outcome.ORDERED, None), (Outcome.BLOCKED, "entry_in_flight")]
    assert [order.state for order in books.orders] == [OrderState.CANCELLED]
    assert books.fills == []
