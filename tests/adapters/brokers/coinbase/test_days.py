"""A market that never closes, as days that follow one another, by prices or by the clock."""

from __future__ import annotations

from engine.adapters.brokers.coinbase.prices.days import EndlessDays
from engine.domain.events import ClockTicked, MarketEvent, MarketStatus, SessionOpened
from engine.domain.instant import DAY, MINUTE, SECOND, Instant
from engine.domain.market import Tick, TradingStatus
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.coinbase.printed import BTC, ETH, TEN

MIDNIGHT = TEN // DAY * DAY + DAY


class Days:
    """From ten o'clock on. `halted` and `interrupted` are as a test says."""

    def __init__(self, *halted: str) -> None:
        self.halted = dict.fromkeys(halted, "as told")
        self.interrupted = False
        self.days = EndlessDays(calendar_for("COINBASE"), TEN, lambda: self.halted, lambda: self.interrupted)

    def due(self, now: Instant, newest_at: Instant = 0, *, quiet: bool = True) -> list[MarketEvent]:
        """All that is due."""
        return list(self.days.due(now, newest_at, quiet=quiet))


def opened(events: list[MarketEvent]) -> list[tuple[str, Instant]]:
    """Days that opened, and when."""
    return [(event.session.day, event.at) for event in events if isinstance(event, SessionOpened)]


def test_the_day_that_is_on_opens_once() -> None:
    here = Days()
    assert opened(here.due(TEN, quiet=False)) == [("2026-11-23", MIDNIGHT - DAY)]
    assert here.due(TEN + SECOND, quiet=False) == []


def test_the_next_day_opens_with_its_first_price_though_our_clock_is_behind() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    assert here.due(MIDNIGHT - SECOND, MIDNIGHT - 2 * SECOND, quiet=False) == []
    assert opened(here.due(MIDNIGHT - SECOND, MIDNIGHT, quiet=False)) == [("2026-11-24", MIDNIGHT)]


def test_without_a_price_it_opens_a_grace_after_its_time_and_the_last_minute_ends_first() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    assert here.due(MIDNIGHT + SECOND, quiet=False) == []
    events = here.due(MIDNIGHT + 2 * SECOND)
    assert events[0] == ClockTicked(MIDNIGHT)
    assert opened(events) == [("2026-11-24", MIDNIGHT)]


def test_a_machine_that_slept_for_days_goes_on_with_the_day_of_now() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    assert opened(here.due(TEN + 3 * DAY)) == [("2026-11-26", MIDNIGHT + 2 * DAY)]


def test_a_stamp_far_ahead_begins_no_day() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    assert here.due(TEN + SECOND, MIDNIGHT + SECOND, quiet=False) == []


def test_a_trade_of_the_last_moment_that_comes_after_midnight_is_taken_as_of_now() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    here.due(MIDNIGHT, MIDNIGHT, quiet=False)
    assert here.days.stamped(Tick(BTC, MIDNIGHT - SECOND, 1, 1.0), MIDNIGHT + SECOND).at == MIDNIGHT


def test_while_trades_may_be_missing_the_clock_carries_nothing() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    here.interrupted = True
    assert here.due(TEN + MINUTE + 3 * SECOND) == []
    here.interrupted = False
    assert here.due(TEN + MINUTE + 4 * SECOND) == [ClockTicked(TEN + MINUTE)]


def test_the_day_does_not_turn_by_the_clock_while_trades_of_it_may_be_missing_or_are_told() -> None:
    here = Days()
    here.due(TEN, quiet=False)
    here.interrupted = True
    assert here.due(MIDNIGHT + 20 * SECOND) == []
    here.interrupted = False
    assert here.due(MIDNIGHT + 21 * SECOND, MIDNIGHT - SECOND, quiet=False) == []  # and its last minute is not ended
    assert opened(here.due(MIDNIGHT + 21 * SECOND, MIDNIGHT + SECOND, quiet=False)) == [("2026-11-24", MIDNIGHT)]


def test_what_does_not_trade_is_told_anew_with_each_day() -> None:
    here = Days(ETH)
    told = [here.due(TEN, quiet=False), here.due(MIDNIGHT, MIDNIGHT, quiet=False)]
    for events in told:
        assert [type(event) for event in events] == [SessionOpened, MarketStatus]
        assert isinstance(events[1], MarketStatus)
        assert (events[1].symbol, events[1].status) == (ETH, TradingStatus.HALTED)
