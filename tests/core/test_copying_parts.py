"""Parts that a leader leaves, and what is told of it out of turn: neither keeps a follower in what its leader left."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.domain.copying import Follow, LeaderFact, LeaderName, LeaderTold
from engine.domain.events import FillReceived, MarketEnded, OrderCancelled, OrderExpired
from engine.domain.execution import Execution, ExitStyle
from engine.domain.exits import Exits
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from tests.builders.copying import follower
from tests.builders.desk import LOOSE, Desk
from tests.builders.market import tick
from tests.builders.paper import account
from tests.builders.times import at
from tests.core.copy_desk import accepted, close, copy_desk, fill, held, outcomes

FAR = LeaderName("paper-lead", "leader")


def entered(made: Desk) -> Desk:
    """Leader and follower hold 100."""
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    fill(made, copy)
    return made


def test_a_stop_does_not_wait_behind_a_part_that_rests_at_a_limit() -> None:
    spec = replace(follower(), execution=Execution(exits=ExitStyle.MARKETABLE_LIMIT), exits=Exits(stop_pct=Decimal(2)))
    made = entered(copy_desk(spec))
    (exit_,) = close(made, "10:20")
    (part,) = fill(made, exit_, 40)
    assert (part.order_type, part.quantity) == (OrderType.LIMIT, 40)
    made.take(tick(at("10:20:30"), "480"))
    assert made.engine.state.orders[part.order_id].state is OrderState.CANCEL_REQUESTED
    before = len(made.sent)
    made.take(OrderCancelled(part.order_id, "asked", at("10:20:31")))
    (stop,) = accepted(made, before)
    assert (stop.quantity, stop.exit_reason) == (100, ExitReason.STOP)
    made.take(FillReceived(stop.order_id, "S", stop.quantity, Decimal(480), at("10:20:33")))
    assert held(made) == 0


def test_an_entry_on_its_way_is_taken_back_when_the_leader_holds_less_than_it_was_for() -> None:
    made = copy_desk()
    (entry,) = close(made, "09:21")
    (copy,) = fill(made, entry)
    (exit_,) = close(made, "10:20")
    fill(made, exit_, 60)
    assert made.engine.state.orders[copy.order_id].state is OrderState.CANCEL_REQUESTED
    made.take(OrderCancelled(copy.order_id, "asked", at("10:20:02")))
    assert held(made, "leader") == 40
    assert held(made) == 0


def far(number: int, side: Side, before: int, after: int) -> LeaderFact:
    """A fill of a leader in another account, as large as ours."""
    return LeaderFact(
        f"F{number}", Follow.FILLS, FAR.account_id, FAR.bot_id, "ACME", side, Decimal(500), at("09:30"),
        order_id=f"O{number}", before=Decimal(before), after=Decimal(after), equity=Decimal(10_000_000), age_us=SECOND,
        sequence=number,
    )  # fmt: skip


def test_an_entry_that_is_told_after_its_exit_is_not_made() -> None:
    """The store had the leader's exit before its entry: whoever enters on that holds what nobody will close."""
    made = copy_desk(follower(leader=str(FAR)), spec=replace(account("10000000", LOOSE), market="demo"))
    made.take(tick(at("09:30"), "500"))
    made.take(LeaderTold("follower", FAR, None, 10))
    made.take(LeaderTold("follower", FAR, 10, 12, (far(12, Side.SELL, 100, 0),)))
    made.take(LeaderTold("follower", FAR, 12, 12, (far(11, Side.BUY, 0, 100),)))
    assert [order for order in made.sent if order.purpose is Purpose.ENTRY] == []
    assert outcomes(made) == [("blocked", "late")]
    following = made.engine.state.bots["follower"].following
    assert following is not None
    assert following.held == {"ACME": 0}


def test_facts_in_their_turn_are_entered_and_left() -> None:
    made = copy_desk(follower(leader=str(FAR)), spec=replace(account("10000000", LOOSE), market="demo"))
    made.take(tick(at("09:30"), "500"))
    made.take(LeaderTold("follower", FAR, None, 10))
    made.take(LeaderTold("follower", FAR, 10, 12, (far(11, Side.BUY, 0, 100),)))
    (entry,) = accepted(made, 0)
    fill(made, entry)
    assert held(made) == 100
    made.take(LeaderTold("follower", FAR, 12, 13, (far(13, Side.SELL, 100, 0),)))
    assert made.sent[-1].quantity == 100


def test_the_end_of_the_data_closes_all_while_a_part_rests_at_a_limit() -> None:
    made = entered(copy_desk(replace(follower(), execution=Execution(exits=ExitStyle.MARKETABLE_LIMIT))))
    (exit_,) = close(made, "10:20")
    (part,) = fill(made, exit_, 40)
    before = len(made.sent)
    made.take(MarketEnded(at("10:21")))
    made.take(OrderExpired(part.order_id, "the data ended", at("10:21")))
    closing = [order for order in accepted(made, before) if order.purpose is Purpose.EXIT]
    assert [order.exit_reason for order in closing if order.quantity == 100] == [ExitReason.END]
