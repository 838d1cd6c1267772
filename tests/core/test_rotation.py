"""`rotation` in the engine on two days of a busy market: alike from ticks and bars, and after a restart."""

from __future__ import annotations

from functools import cache

import pytest

from engine.domain.account import Desired
from engine.domain.events import BotChanged, ClockTicked, Event, HistoryBar, MarketEnded, Recovered, SessionOpened
from engine.domain.instant import MINUTE, Instant
from engine.domain.records import BotStatusRecord, SignalRecord
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import bar_events
from tests.builders.paper import Books, bot
from tests.builders.times import MONDAY, TUESDAY, session
from tests.core import days

BUY, SELL = SignalType.BUY, SignalType.SELL
ROTATES = bot(
    "turns", days.SYMBOLS, strategy="rotation", momentum_bars=20, rank_minutes=20, from_minutes=10, slack=0, stop="1",
)  # fmt: skip
BOTS = (ROTATES, days.BOTS[0])


@cache
def events() -> tuple[Event, ...]:
    return tuple(days.market(every_s=20))


def instant(event: Event) -> Instant:
    return getattr(event, "at", 0)


@cache
def whole() -> Books:
    books = days.desk(BOTS, FillModel())
    books.run(events())
    return books


def of_rotation(books: Books, since: Instant = 0, until: Instant = 2**62) -> list[SignalRecord]:
    return [one for one in books.signals if one.bot_id == "turns" and since < one.confirmed_at <= until]


def test_it_holds_the_best_and_changes_over() -> None:
    trades = [trade for trade in whole().trades if trade.bot_id == "turns"]
    assert len({trade.symbol for trade in trades}) == len(days.SYMBOLS)
    assert {trade.exit_reason for trade in trades} >= {"signal", "flatten"}
    sold = {(one.confirmed_at, one.outcome) for one in of_rotation(whole()) if one.type is SELL}
    assert not [one for one in of_rotation(whole()) if one.type is BUY and (one.confirmed_at, "ordered") in sold]


def run_until(cut_at: Instant) -> tuple[Books, int]:
    """The run up to the first minute from an instant on at which no order is open, and the event that comes next."""
    old, place = days.desk(BOTS, FillModel()), 0
    while place == 0 or old.state.open_orders():
        until = next(number for number, event in enumerate(events()) if instant(event) >= cut_at)
        old.run(events()[place:until])
        old.step(ClockTicked(cut_at))
        place, cut_at = until, cut_at + MINUTE
    return old, place


@pytest.mark.parametrize(
    ("day", "minute"),
    [(MONDAY, 30), (MONDAY, 31), (MONDAY, 200), (TUESDAY, 0), (TUESDAY, 10), (TUESDAY, 11), (TUESDAY, 240)],
)
def test_a_restart_in_the_middle_changes_no_decision(day: str, minute: int) -> None:
    old, place = run_until(session(day).open_at + minute * MINUTE)
    fresh = days.desk((), FillModel())
    fresh.step(Recovered(old.newest(), old.state.sequence))
    past = [entry for symbol in reversed(days.SYMBOLS) for entry in old.state.tapes[symbol].history]
    told = None
    for one, trading in sorted(past, key=lambda entry: entry[0].close_at):
        if trading is not None and trading != told:
            fresh.step(SessionOpened(trading, trading.open_at))
            told = trading
        fresh.step(HistoryBar(one))
    fresh.step(*(BotChanged(one, Desired.RUNNING, 1) for one in BOTS))
    since = old.state.now
    fresh.run(events()[place:])
    wanted = of_rotation(whole(), since)
    assert of_rotation(fresh, since) == wanted
    assert wanted
    fills = {fill.fill_key for fill in whole().fills if fill.bot_id == "turns" and fill.filled_at > since}
    assert {fill.fill_key for fill in fresh.fills if fill.bot_id == "turns" and fill.filled_at > since} == fills


@pytest.mark.parametrize("minute", [10, 11, 31, 32, 150, 300])
def test_a_part_of_the_data_gives_the_first_part_of_the_decisions(minute: int) -> None:
    until = session(MONDAY).open_at + minute * MINUTE
    part = days.desk(BOTS, FillModel())
    part.run([event for event in events() if instant(event) < until and not isinstance(event, MarketEnded)])
    part.step(ClockTicked(until))
    assert of_rotation(part) == of_rotation(whole(), until=until)
    assert of_rotation(part) or minute <= 11, "nothing is warm that early"


def test_bars_of_the_ticks_give_the_signals_of_the_ticks() -> None:
    bars = [one for tape in whole().state.tapes.values() for one, _ in tape.history]
    made: list[tuple[Instant, int, str, Event]] = []
    for day in (MONDAY, TUESDAY):
        made.append((session(day).open_at, 0, "", SessionOpened(session(day), session(day).open_at)))
    for one in bars:
        opened, closed = bar_events(one)
        made += [(one.open_at, 2, one.symbol, opened), (one.close_at, 1, one.symbol, closed)]
    made.sort(key=lambda row: row[:3])
    books = days.desk((ROTATES,), FillModel())
    books.step(*(event for *_, event in made), MarketEnded(session(TUESDAY).close_at))
    alone = days.desk((ROTATES,), FillModel())
    alone.run(event for event in events() if not hasattr(event, "halted"))
    assert [(one.signal_id, one.score) for one in books.signals] == [
        (one.signal_id, one.score) for one in alone.signals
    ]
    assert len(books.signals) > 40


def test_the_status_shows_the_strongest_symbol() -> None:
    status = [record for record in whole().all(BotStatusRecord) if record.bot_id == "turns"][-1]
    scores = [one.score for one in status.symbols.values()]
    assert status.score in scores
    assert all(score is not None and abs(score) <= abs(status.score or 0) for score in scores)
