"""The engine's one door: order, room for prices, none needed for people."""

from __future__ import annotations

import threading

from engine.domain.account import Desired
from engine.domain.events import BotChanged, BotRemoved, HaltChanged
from engine.runtime.inbox import Inbox
from tests.builders.market import tick
from tests.builders.paper import bot
from tests.runtime.world import eventually

FIRST, SECOND, THIRD = tick("09:20:01", 500), tick("09:20:02", 501), tick("09:20:03", 502)


def never() -> bool:
    """Nobody asks to stop."""
    return False


def test_what_came_first_is_taken_first_whoever_put_it() -> None:
    inbox = Inbox()
    changed = BotChanged(bot(), Desired.RUNNING, 1)
    inbox.put_market(FIRST, never)
    inbox.put(changed)
    inbox.put_market(SECOND, never)
    inbox.put(BotRemoved("alpha"))
    assert inbox.take(0) == [FIRST, changed, SECOND, BotRemoved("alpha")]
    assert inbox.take(0) == []


def test_prices_wait_for_room_and_lose_neither_place_nor_number() -> None:
    inbox = Inbox(capacity=2)
    prices = [tick("09:20:01", 500 + number) for number in range(50)]

    def fill() -> None:
        for price in prices:
            inbox.put_market(price, never)

    feed = threading.Thread(target=fill)
    feed.start()
    eventually(lambda: len(inbox) == 2, "the inbox is full")
    taken = []
    while len(taken) < len(prices):
        some = inbox.take(60)
        assert 1 <= len(some) <= 2
        taken += some
    feed.join(60)
    assert taken == prices


def test_people_never_wait_for_room() -> None:
    inbox = Inbox(capacity=1)
    inbox.put_market(FIRST, never)
    for number in range(100):
        inbox.put(HaltChanged(True, str(number)))
    assert len(inbox) == 101


def test_a_feed_that_is_told_to_stop_waits_no_longer_and_its_price_is_kept() -> None:
    inbox, stop = Inbox(capacity=1), threading.Event()
    inbox.put_market(FIRST, stop.is_set)
    feed = threading.Thread(target=inbox.put_market, args=(SECOND, stop.is_set))
    feed.start()
    assert len(inbox) == 1
    stop.set()
    feed.join(60)
    assert not feed.is_alive()
    assert inbox.take(0) == [FIRST, SECOND]


def test_whoever_takes_is_woken_by_the_first_event() -> None:
    inbox, taken = Inbox(), []
    taker = threading.Thread(target=lambda: taken.extend(inbox.take(60)))
    taker.start()
    inbox.put_market(THIRD, never)
    taker.join(60)
    assert taken == [THIRD]


def test_closing_wakes_whoever_takes_and_keeps_what_is_there() -> None:
    inbox, taken = Inbox(), [FIRST]
    taker = threading.Thread(target=lambda: taken.extend(inbox.take(60)))
    taker.start()
    inbox.close()
    taker.join(60)
    assert not taker.is_alive()
    inbox.put(BotRemoved("alpha"))
    assert inbox.take(60) == [BotRemoved("alpha")]
    assert inbox.take(60) == []
