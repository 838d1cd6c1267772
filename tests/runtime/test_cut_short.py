"""A wish to end waits for no market and no broker; without one, a call is as it would be by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine.domain.errors import OutcomeUnknown
from engine.domain.events import ClockTicked, MarketEvent
from engine.runtime.cut_short import AT_ONCE, CutShortFeed, unless_ended
from engine.runtime.ending import Ended, EndWish
from tests.runtime.world import ListFeed

PAST = [ClockTicked(at) for at in range(3 * AT_ONCE + 5)]


class Slow(ListFeed):
    """After so many events of the past the market says nothing more until it is let."""

    def __init__(self, told: int) -> None:
        super().__init__()
        self.told, self.asked, self.let = told, threading.Event(), threading.Event()

    def history(self, until: int | None) -> Iterator[MarketEvent]:
        for number, event in enumerate(PAST):
            if number == self.told:
                self.asked.set()
                assert self.let.wait(60), "nobody let it"
            yield event


def ending_once(asked: threading.Event) -> EndWish:
    """A wish that is told as soon as something is under way."""
    wish = EndWish()

    def tell() -> None:
        assert asked.wait(60)
        wish.ask()

    threading.Thread(target=tell, daemon=True).start()
    return wish


def test_a_call_that_hangs_is_left_to_itself_once_the_end_is_asked_for() -> None:
    asked, let = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        let.wait(60)

    with pytest.raises(Ended):
        unless_ended(hang, ending_once(asked))
    assert not let.is_set()
    let.set()


def test_a_call_that_returns_or_fails_does_so() -> None:
    def fail() -> Any:
        raise OutcomeUnknown("away")

    assert unless_ended(lambda: 7, EndWish()) == 7
    with pytest.raises(OutcomeUnknown, match="away"):
        unless_ended(fail, EndWish())


@pytest.mark.parametrize("told", [0, 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_a_past_that_hangs_is_left_where_it_is(told: int) -> None:
    feed = Slow(told)
    seen: list[MarketEvent] = []
    with pytest.raises(Ended):
        seen.extend(CutShortFeed(feed, ending_once(feed.asked)).history(None))
    assert seen == PAST[: len(seen)]
    feed.let.set()


def test_the_past_is_the_markets_own() -> None:
    market = Slow(-1)
    feed = CutShortFeed(market, EndWish())
    assert list(feed.history(None)) == PAST
    assert (feed.market, feed.speed, feed.simulated) == (market.market, market.speed, market.simulated)
    assert feed.instruments() == market.instruments()
