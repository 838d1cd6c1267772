"""A leader that is late, wild, gone or in a circle is not followed into anything; and is always followed out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.account import BotSpec, Desired
from engine.domain.copy_rules import CopyAllow, CopyRules
from engine.domain.events import BotChanged, BotRemoved, ClockTicked
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, Side
from engine.domain.records import BotStatusRecord, OrderRecord
from tests.builders.copying import follower, leader
from tests.builders.desk import LOOSE, Desk
from tests.builders.market import tick
from tests.builders.paper import account, bot
from tests.builders.times import at
from tests.core.copy_desk import alerts, close, copy_desk, fill, held, outcomes, signals


def entered(made: Desk, clock: str = "09:21") -> Desk:
    """The leader has entered at a close, and the follower after it."""
    (entry,) = close(made, clock)
    (copy,) = fill(made, entry)
    fill(made, copy)
    return made


def status(made: Desk, bot_id: str = "follower") -> BotStatusRecord:
    return [one for one in made.records if isinstance(one, BotStatusRecord) and one.bot_id == bot_id][-1]


def want(made: Desk, spec: BotSpec, desired: Desired, generation: int) -> None:
    made.take(BotChanged(spec, desired, generation))


def test_an_entry_that_is_told_too_late_is_not_followed() -> None:
    made = copy_desk(follower(max_delay_s=30))
    (entry,) = close(made, "09:21")
    made.take(tick(at("09:21:50"), "500"))
    assert fill(made, entry, when=at("09:21:10")) == []
    assert outcomes(made) == [("blocked", "late")]
    assert signals(made)[0].blocking_detail == "40.0 s after the leader, limit 30 s"
    assert held(made, "leader") == 100


def test_an_exit_is_followed_however_late() -> None:
    made = entered(copy_desk(follower(max_delay_s=1)))
    want(made, leader(), Desired.PAUSED, 2)
    (exit_,) = close(made, "10:20")
    made.take(tick(at("10:25"), "500"))
    (copied,) = fill(made, exit_, when=at("10:20:01"))
    assert (copied.side, copied.quantity, copied.exit_reason) == (Side.SELL, 100, ExitReason.SIGNAL)
    assert signals(made)[-1].reasons[0].endswith("of leader, 299.0 s later")


def test_a_price_that_has_run_away_is_not_followed() -> None:
    made = copy_desk()
    (entry,) = close(made, "09:21")
    made.take(tick(at("09:21:02"), "503"))
    assert fill(made, entry, price="500") == []
    assert outcomes(made) == [("blocked", "slippage")]
    assert signals(made)[0].blocking_detail == "503.00 is 60.0 bps beyond the leader's 500, limit 50"


def test_a_leader_that_enters_too_often_is_followed_no_more_until_a_person_resumes() -> None:
    spec = follower(max_per_day=2)
    made = copy_desk(spec)
    for clock in ("09:21", "09:22"):
        entered(made, clock)
    (entry,) = close(made, "09:23")
    assert fill(made, entry) == []
    assert outcomes(made)[-1] == ("blocked", "wild")
    assert alerts(made, "leader_wild") == [
        "follower: leader entered 3 times today, limit 2. It follows again when a person resumes it"
    ]
    assert (status(made).blocking_reason, status(made).can_trade) == ("wild", False)
    (entry,) = close(made, "09:24")
    assert fill(made, entry) == []
    want(made, spec, Desired.PAUSED, 2)
    want(made, spec, Desired.RUNNING, 3)
    entered(made, "09:25")
    assert outcomes(made) == [("ordered", None)] * 2 + [("blocked", "wild")] * 2 + [("ordered", None)]


def test_the_fills_of_one_order_are_one_entry_and_add_up_to_its_share() -> None:
    made = copy_desk(follower(scale=0.33, max_per_minute=1))
    (entry,) = close(made, "09:21")
    bought = []
    for part in (7, 31, 1, 61):
        for order in fill(made, entry, part):
            bought.append(order.quantity)
            fill(made, order)
    assert sum(bought) == held(made) == 33
    assert alerts(made, "leader_wild") == []
    assert ("blocked", "size") in outcomes(made)


def test_a_leader_that_leaves_a_part_is_followed_with_the_same_part() -> None:
    made = entered(copy_desk(follower(scale=0.5)))
    (exit_,) = close(made, "10:20")
    (part,) = fill(made, exit_, 60)
    assert (part.quantity, part.exit_reason, held(made)) == (30, ExitReason.REDUCE, 50)
    fill(made, part)
    assert held(made) == 20
    (rest,) = fill(made, exit_, 40)
    assert (rest.quantity, rest.exit_reason) == (20, ExitReason.SIGNAL)
    fill(made, rest)
    assert held(made) == 0


def test_a_part_that_could_not_be_left_at_once_is_left_when_it_can() -> None:
    """The follower's own exit of the part before is still on its way when the leader goes on leaving."""
    made = entered(copy_desk())
    (exit_,) = close(made, "10:20")
    (first,) = fill(made, exit_, 25)
    assert fill(made, exit_, 25) == []
    (second,) = fill(made, first)
    assert (first.quantity, second.quantity, held(made)) == (25, 25, 75)
    assert fill(made, exit_, 50) == []
    (last,) = fill(made, second)
    assert (last.quantity, last.exit_reason) == (50, ExitReason.SIGNAL)


def test_an_entry_on_its_way_is_taken_back_when_the_leader_is_out() -> None:
    made = copy_desk()
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    (exit_,) = close(made, "10:20")
    assert exit_.quantity == 100
    fill(made, exit_)
    state = [one for one in made.records if isinstance(one, OrderRecord) and one.order_id == copy.order_id][-1]
    assert state.state == "cancel_requested"


@pytest.mark.parametrize("when_gone", ["keep", "close"])
def test_what_was_copied_of_a_stopped_leader_is_kept_or_closed_after_its_time(when_gone: str) -> None:
    made = entered(copy_desk(follower(when_gone=when_gone, close_after_s=120)))
    want(made, leader(), Desired.STOPPED, 2)
    before = len(made.sent)
    for clock in ("09:22", "09:23"):
        made.take(ClockTicked(at(clock)))
    assert len(made.sent) == before
    made.take(tick(at("09:23:59"), "500"))
    made.take(ClockTicked(at("09:24")))
    left = [(order.quantity, order.exit_reason) for order in made.sent[before:]]
    assert left == ([] if when_gone == "keep" else [(Decimal(100), ExitReason.LEADER_GONE)])
    (words,) = alerts(made, "leader_gone")
    assert words.startswith("follower: the leader leader is stopped. Nothing is entered; copied positions are ")
    assert status(made).blocking_reason == "leader_gone"


def test_a_leader_that_is_back_is_followed_again() -> None:
    made = copy_desk()
    want(made, leader(), Desired.STOPPED, 2)
    close(made, "09:22")
    want(made, leader(), Desired.RUNNING, 3)
    close(made, "09:23")
    assert alerts(made, "leader_back") == ["follower: the leader leader is back"]
    entered(made, "09:24")
    assert outcomes(made)[-1] == ("ordered", None)


def test_a_leader_that_is_deleted_closes_and_its_follower_with_it() -> None:
    made = entered(copy_desk())
    before = len(made.sent)
    made.take(BotRemoved("leader"))
    (exit_,) = made.sent[before:]
    made.accept(exit_)
    (copied,) = fill(made, exit_)
    assert (copied.side, copied.quantity) == (Side.SELL, 100)


def test_a_paused_follower_enters_nothing_and_still_leaves() -> None:
    spec = follower()
    made = entered(copy_desk(spec))
    want(made, spec, Desired.PAUSED, 2)
    (entry,) = close(made, "09:22")
    assert fill(made, entry) == []
    assert outcomes(made)[-1] == ("blocked", "paused")
    (exit_,) = close(made, "10:20")
    (copied,) = fill(made, exit_)
    assert copied.quantity == 100


def test_followers_in_a_circle_are_refused_whichever_came_last() -> None:
    made = copy_desk(follower("b", leader="c"), follower("c", leader="d"), follower("d", leader="b"))
    errors = {bot_id: one.error for bot_id, one in made.engine.state.bots.items()}
    assert errors == {"leader": None, "b": None, "c": None, "d": "d would follow itself, by way of b and c"}
    alone = copy_desk(follower("b", leader="b"))
    assert alone.engine.state.bots["b"].error == "b follows itself"


def test_a_chain_of_more_than_three_leaders_is_refused() -> None:
    chain = [follower("b"), follower("c", leader="b"), follower("d", leader="c"), follower("e", leader="d")]
    made = copy_desk(*chain)
    errors = [made.engine.state.bots[one.bot_id].error for one in chain]
    assert errors[:3] == [None] * 3
    assert errors[3] == "e follows d follows c follows b follows leader: more than 3 leaders one behind the other"


def test_where_nobody_may_be_followed_a_follower_says_so() -> None:
    spec = account("10000000", LOOSE, copy_rules=CopyRules(CopyAllow.NONE))
    made = copy_desk(spec=spec)
    assert made.engine.state.bots["follower"].error == "Nobody may be followed here (COPY_ALLOW)"
    (entry,) = close(made, "09:21")
    assert fill(made, entry) == []


def test_a_follower_becomes_another_strategy_and_follows_no_more() -> None:
    made = entered(copy_desk())
    want(made, bot("follower", strategy="nothing"), Desired.RUNNING, 2)
    (entry,) = close(made, "09:22")
    assert fill(made, entry) == []
    made.take(ClockTicked(at("09:22") + 2 * SECOND))
    assert held(made) == 100
