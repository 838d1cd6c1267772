"""The end of the data: everything that is open or waiting is closed at the last price, reason `end`."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.events import ClockTicked, MarketEnded
from engine.domain.order import ExitReason, OrderState
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import bar, bar_events, instrument, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

BUY, SELL = SignalType.BUY, SignalType.SELL


def trading(
    script: dict[str, SignalType], model: FillModel | None = None, symbols: tuple[str, ...] = ("ACME",)
) -> Books:
    closes = {at(clock): signal for clock, signal in script.items()}
    return paper_loop(
        (bot(symbols=symbols, strategy="script", quantity=10),),
        make_strategy=scripted({"script": closes}),
        instruments=[instrument(symbol) for symbol in symbols],
        model=model,
    )


def test_what_is_open_is_closed_at_the_last_price() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:30", 507), MarketEnded(at("09:31")))
    (trade,) = books.trades
    assert (trade.exit_reason, trade.exit_price, trade.exit_at) == (ExitReason.END, Decimal("507.00"), at("09:31"))
    assert len(books.state.portfolio) == 0
    assert books.account.unrealized_pnl == 0


def test_an_exit_that_was_waiting_gives_way_to_the_end() -> None:
    books = trading({"09:30": BUY, "09:31": SELL})
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:50", 507), MarketEnded(at("09:31")))
    _, waiting, last = books.orders
    assert (waiting.state, waiting.exit_reason) == (OrderState.EXPIRED, ExitReason.SIGNAL)
    assert (last.state, last.exit_reason) == (OrderState.FILLED, ExitReason.END)
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.END]


def test_an_entry_that_was_waiting_expires_and_opens_nothing() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), MarketEnded(at("09:30")))
    assert [signal.outcome.value for signal in books.signals] == ["ordered"]
    assert [order.state for order in books.orders] == [OrderState.EXPIRED]
    assert books.fills == []


def test_a_half_filled_entry_is_closed_for_what_was_filled() -> None:
    books = trading({"09:30": BUY}, FillModel(partial_pct=100))
    books.step(tick("09:29:50", 500), tick("09:30", 500), MarketEnded(at("09:30:10")))
    assert [order.state for order in books.orders] == [OrderState.EXPIRED, OrderState.FILLED]
    assert [trade.quantity for trade in books.trades] == [5]
    assert not books.loop.venue.waiting


def test_several_positions_and_waiting_orders_all_end_flat() -> None:
    symbols = ("ACME", "BOLT", "CORK", "DELL")
    books = trading({"09:30": BUY, "09:32": BUY, "09:33": SELL}, FillModel(partial_pct=50), symbols)
    for minute in (29, 30, 31, 32):
        for second, symbol in enumerate(symbols):
            books.step(tick(f"09:{minute}:{50 + second}", 500, symbol))
    books.step(ClockTicked(at("09:33")), MarketEnded(at("09:33")))
    assert len(books.state.portfolio) == 0
    assert books.state.open_orders() == []
    assert not books.loop.venue.waiting
    assert books.account.cash == books.account.equity
    numbers = [effect.sequence for effect in books.effects]
    assert numbers == sorted(numbers)


def test_bars_end_at_the_last_bars_close() -> None:
    books = trading({"09:30": BUY})
    books.step(*bar_events(bar("09:29", (500, 500, 500, 500))), *bar_events(bar("09:30", (500, 505, 499, 504))))
    books.step(MarketEnded(at("09:31")))
    assert [(trade.exit_price, trade.exit_reason) for trade in books.trades] == [(Decimal("504.00"), ExitReason.END)]


def test_a_signal_at_the_last_close_is_given_and_buys_nothing() -> None:
    books = trading({"09:31": BUY})
    books.step(tick("09:30:50", 500), MarketEnded(at("09:31")))
    assert len(books.signals) == 1
    assert books.fills == []
