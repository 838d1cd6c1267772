"""Minutes that the feed missed while it was away are told as bars, and fill indicators and charts; nothing is done of
them, and what the clock closed meanwhile stays.
"""

from __future__ import annotations

from engine.domain.events import ClockTicked, HistoryBar, Recovered, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.domain.records import BarRecord
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session


def bar_of(clock: str, price: int = 50_000, volume: float = 7.0) -> HistoryBar:
    """A minute, all of it at a price."""
    return HistoryBar(Bar("ACME", "1m", at(clock), at(clock) + MINUTE, price, price, price, price, volume))


def away(timeframe: str = "1m", script: dict[int, SignalType] | None = None) -> Books:
    """Traded until 09:32, then nothing; the clock has carried time to 09:37, and bars of what was missed are told."""
    bots = (bot(strategy="script", timeframe=timeframe),)
    books = paper_loop(bots, make_strategy=scripted({"script": script or {}}))
    books.step(tick("09:30:10", 500), tick("09:31:10", 500), tick("09:32:10", 501))
    for minute in range(33, 38):
        books.step(ClockTicked(at(f"09:{minute}")))
    books.step(*(bar_of(f"09:{minute}") for minute in range(32, 37)))
    return books


def minutes(books: Books) -> list[tuple[int, float]]:
    """What is known: minutes since 09:30 and their volume."""
    return [((bar.open_at - at("09:30")) // MINUTE, bar.volume) for bar, _ in books.state.tapes["ACME"].history]


def test_what_was_missed_is_known_once_and_a_minute_that_was_closed_stays() -> None:
    books = away()
    assert [minute for minute, _ in minutes(books)] == [0, 1, 2, 3, 4, 5, 6]
    assert minutes(books)[2][1] != 7.0  # acted on as it was
    assert books.state.dropped == {"out_of_order": 1}
    books.step(tick("09:37:20", 502), ClockTicked(at("09:38")))
    assert [minute for minute, _ in minutes(books)] == [0, 1, 2, 3, 4, 5, 6, 7]
    told = [record.at for record in books.all(BarRecord)]
    assert told == [at("09:30") + minute * MINUTE for minute in range(8)]


def test_a_wider_bar_that_was_closed_is_not_made_again_and_the_next_one_is_whole() -> None:
    books = away("5m")
    series = books.state.series["ACME"]["5m"]
    assert series.last is not None
    assert (series.last.open_at, series.last.close) == (at("09:30"), 50_100)
    books.step(tick("09:37:20", 502), ClockTicked(at("09:40")))
    assert (series.last.open_at, series.last.open, series.last.close) == (at("09:35"), 50_000, 50_200)


def test_nothing_is_bought_of_a_minute_that_is_told_afterwards() -> None:
    books = away(script={at("09:35"): SignalType.BUY, at("09:38"): SignalType.BUY})
    assert books.signals == []
    books.step(tick("09:37:20", 502), ClockTicked(at("09:38")))
    assert len(books.signals) == 1


def test_a_minute_that_is_being_formed_is_not_told_by_a_bar() -> None:
    books = paper_loop((bot(strategy="script"),), make_strategy=scripted({"script": {}}))
    books.step(tick("09:30:10", 500), bar_of("09:30"), tick("09:30:50", 502), ClockTicked(at("09:31")))
    assert minutes(books)[0][0] == 0
    assert len(minutes(books)) == 1
    assert books.state.tapes["ACME"].last_price == 50_200


def test_after_a_restart_what_is_missed_later_is_on_the_chart_and_what_came_before_it_is_not_written_again() -> None:
    old = paper_loop()
    old.step(tick("09:30:10", 500), ClockTicked(at("09:31")))
    fresh = paper_loop(opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence), SessionOpened(session(), at("09:32:10")))
    fresh.step(bar_of("09:30"), bar_of("09:31"), tick("09:32:10", 500), ClockTicked(at("09:35")), bar_of("09:33"))
    assert [record.at for record in fresh.all(BarRecord)] == [at("09:33")]
