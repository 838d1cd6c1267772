"""A follower does what its leader does: of the same account, by fills and by signals, in its own size."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import BotSpec, Desired
from engine.domain.events import BotChanged
from engine.domain.order import Purpose
from engine.domain.records import FillRecord, SignalRecord
from engine.domain.signal import Outcome
from tests.builders.copying import BUY, SELL, copying, follower, leader, minute, script
from tests.builders.desk import LOOSE
from tests.builders.market import instrument
from tests.builders.paper import Books, account, paper_loop
from tests.builders.scripted import Script


def followed(*bots: BotSpec, **more: Any) -> Books:
    """A leader that buys at 09:30 and sells at 09:40, and who follows it."""
    return together({"leader": script(at_0930=BUY, at_0940=SELL)}, leader(), *bots, **more)


def together(scripts: Mapping[str, Script], *bots: BotSpec, allow_short: bool = False, **more: Any) -> Books:
    """Bots in one account that may trade what it likes."""
    made = copying(scripts, allow_short=allow_short)
    return paper_loop(bots, make_strategy=made, **{"spec": account(policy=LOOSE), **more})


def fills_of(books: Books, bot_id: str) -> list[tuple[str, Decimal]]:
    return [(fill.side.value, fill.quantity) for fill in books.fills if fill.bot_id == bot_id]


def signals_of(books: Books, bot_id: str = "follower") -> list[SignalRecord]:
    return [signal for signal in books.signals if signal.bot_id == bot_id]


def outcomes(books: Books, bot_id: str = "follower") -> list[tuple[str, str | None]]:
    return [(signal.outcome.value, signal.blocking_reason) for signal in signals_of(books, bot_id)]


@pytest.mark.parametrize(("scale", "quantity"), [(1.0, 100), (0.5, 50), (0.1, 10), (2.0, 200)])
def test_a_fill_is_copied_at_its_share_of_equity_times_the_scale(scale: float, quantity: int) -> None:
    books = followed(follower(scale=scale))
    for clock in ("09:30", "09:40"):
        books.step(*minute(clock))
    assert fills_of(books, "leader") == [("BUY", 100), ("SELL", 100)]
    assert fills_of(books, "follower") == [("BUY", quantity), ("SELL", quantity)]


def test_a_signal_is_copied_in_the_followers_own_size() -> None:
    own = follower(follow="signals", scale=0.5)
    books = followed(own)
    for clock in ("09:30", "09:40"):
        books.step(*minute(clock))
    assert fills_of(books, "follower") == [("BUY", 50), ("SELL", 50)]  # half of 5 % of 1,000,000 at 500


def test_a_copy_names_the_fact_it_copies_and_who_did_it_how_long_ago() -> None:
    books = followed(follower())
    books.step(*minute("09:30"))
    (fact,) = (fill for fill in books.fills if fill.bot_id == "leader")
    (signal,) = signals_of(books)
    assert signal.reasons == (f"copies fill {fact.fill_key} of leader, 0.0 s later",)
    assert (signal.outcome, signal.purpose, signal.strategy) == (Outcome.ORDERED, Purpose.ENTRY, "copy")
    assert signal.order_id in {order.order_id for order in books.orders}


def test_a_fill_says_what_followers_reckon_by() -> None:
    books = followed(follower())
    books.step(*minute("09:30"))
    ours, theirs = books.fills
    assert (ours.position, ours.net) == (100, 100)
    assert (theirs.position, theirs.net) == (100, None)  # a follower leads nobody's whole account
    assert ours.equity == books.state.account.cash - 100 * (ours.price - 500) - ours.charges  # last price 500


def test_a_whole_account_is_followed_without_its_followers() -> None:
    scripts = {"leader": script(at_0930=BUY, at_0940=SELL), "other": script(at_0935=BUY, at_0945=SELL)}
    bots = [leader(), leader("other", 60), follower("follower", leader="*"), follower("third", leader="*")]
    books = together(scripts, *bots)
    for clock in ("09:30", "09:35", "09:40", "09:45"):
        books.step(*minute(clock))
    held = [("BUY", 100), ("BUY", 60), ("SELL", 100), ("SELL", 60)]
    assert fills_of(books, "follower") == held
    assert fills_of(books, "third") == held


def test_a_chain_of_followers_passes_what_the_first_leader_does() -> None:
    books = followed(follower("b"), follower("c", leader="b", follow="signals"))
    for clock in ("09:30", "09:40"):
        books.step(*minute(clock), *minute(clock, 500)[1:])
    assert [side for side, _ in fills_of(books, "c")] == ["BUY", "SELL"]
    assert outcomes(books, "c") == [("ordered", None), ("ordered", None)]


def test_a_symbol_that_is_not_the_followers_is_left_out_and_told_once() -> None:
    scripts = {"leader": script(at_0930=BUY, at_0932=BUY)}
    bots = [leader(symbols=("ACME", "BOLT")), follower(symbols=("BOLT",))]
    books = together(scripts, *bots, instruments=(instrument(), instrument("BOLT")))
    for clock in ("09:30", "09:32"):
        books.step(*minute(clock))
    assert signals_of(books) == []
    (alert,) = (alert for alert in books.alerts if alert.kind == "copy_symbol")
    assert alert.text == "follower: leader trades ACME, which is none of this bot's symbols: it is not copied"


def test_a_leader_that_was_stopped_out_takes_its_followers_along() -> None:
    scripts = {"leader": script(at_0930=BUY)}
    books = together(scripts, leader(stop="1"), follower())
    books.step(*minute("09:30"), *minute("09:32", 490), *minute("09:33", 490))
    assert [(trade.bot_id, trade.exit_reason.value) for trade in books.trades] == [
        ("leader", "stop"), ("follower", "signal"),
    ]  # fmt: skip


def test_a_follower_of_signals_goes_by_its_own_exits() -> None:
    scripts = {"leader": script(at_0930=BUY)}
    books = together(scripts, leader(stop="1"), follower(follow="signals"))
    books.step(*minute("09:30"), *minute("09:32", 490), *minute("09:33", 490))
    assert [trade.bot_id for trade in books.trades] == ["leader"]
    assert books.state.portfolio.get("follower", "ACME") is not None


def test_a_short_leader_is_followed_by_who_may_sell_short_alone() -> None:
    scripts = {"leader": script(at_0930=SELL, at_0940=BUY)}
    bots = [leader(), follower("bold", allow_short=True), follower("calm")]
    books = together(scripts, *bots, allow_short=True)
    for clock in ("09:30", "09:40"):
        books.step(*minute(clock))
    assert fills_of(books, "bold") == [("SELL", 100), ("BUY", 100)]
    assert outcomes(books, "calm") == [("watch", "flat")]


def test_a_leader_that_sells_what_it_holds_opens_no_short_of_its_followers() -> None:
    """The exit of a leader is a SELL; of a follower that holds nothing it must not make a short position."""
    scripts = {"leader": script(at_0930=BUY, at_0940=SELL)}
    late = follower(follow="signals", allow_short=True)
    books = together(scripts, leader(), allow_short=True)
    books.step(*minute("09:30"))
    books.step(BotChanged(late, Desired.RUNNING, 1), *minute("09:40"))
    assert outcomes(books) == [("watch", "leader_flat")]
    assert fills_of(books, "follower") == []


def test_whether_screens_are_watched_changes_nothing_of_what_is_copied() -> None:
    def decided(*, views: bool) -> list[tuple[str, str, str | None, Decimal]]:
        books = followed(follower(scale=0.5), follower("z", follow="signals"), views=views)
        for clock in ("09:30", "09:40"):
            books.step(*minute(clock))
        return [(one.signal_id, one.outcome.value, one.order_id, one.price) for one in books.signals]

    assert decided(views=True) == decided(views=False)
    assert len(decided(views=False)) == 6


def test_whether_followers_exist_changes_nothing_of_what_the_leader_does() -> None:
    def led(books: Books) -> list[FillRecord]:
        for clock in ("09:30", "09:40"):
            books.step(*minute(clock))
        return [fill for fill in books.fills if fill.bot_id == "leader"]

    alone, before = led(followed()), led(followed(follower(), follower("z", follow="signals")))
    assert [(f.fill_key, f.order_id, f.price, f.quantity) for f in alone] == [
        (f.fill_key, f.order_id, f.price, f.quantity) for f in before
    ]
