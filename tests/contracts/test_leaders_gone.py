"""A leader that is gone, that may not be followed, or that follows back: told, and followed into nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.adapters.firestore.wire import Wire
from engine.domain.copy_rules import CopyAllow, CopyRules
from engine.simulation.clock import ManualClock
from tests.builders.copying import follower, minute
from tests.contracts.leading import (
    Engine,
    alerts,
    fills_of,
    following,
    leading,
    one_account,
    outcomes,
    pass_minute,
    wall,
)
from tests.contracts.test_record_store import seed


@pytest.fixture
def clock() -> ManualClock:
    return wall()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"desired": "stopped"}, "the leader paper-lead/leader is stopped"),
        ({"deleted": True}, "the leader paper-lead/leader was deleted"),
        ({"status": {"state": "error"}}, "the leader paper-lead/leader decides nothing: it has an error"),
        ({"account_id": "paper-else"}, "the leader paper-lead/leader does not exist"),
    ],
)
def test_a_leader_that_is_gone_is_told(wire: Wire, clock: ManualClock, fields: dict[str, Any], says: str) -> None:
    first, second = leading(wire, clock), following(wire, clock)
    seed(wire, "bots", "leader", **fields)
    clock.advance(11)
    second.look()
    (words,) = alerts(second, "leader_gone")
    assert words.startswith(f"follower: {says}. ")
    pass_minute("09:30", first, second)
    if "status" not in fields:  # which the leader's engine writes, and it runs here
        assert outcomes(second) == [("blocked", "leader_gone")]


def test_a_leader_whose_engine_is_silent_is_gone_until_it_beats_again(wire: Wire, clock: ManualClock) -> None:
    first, second = (
        leading(wire, clock),
        following(wire, clock, leader_silent_s=60, when_gone="close", close_after_s=60),
    )
    pass_minute("09:30", first, second)
    clock.advance(120)
    second.look()
    assert alerts(second, "leader_gone")[0].startswith("follower: the leader paper-lead/leader has an engine that is")
    second.books.step(*minute("09:36"), *minute("09:38"))
    assert [trade.exit_reason.value for trade in second.books.trades] == ["leader_gone"]
    first.beat()
    clock.advance(11)
    second.look()
    assert alerts(second, "leader_back") == ["follower: the leader paper-lead/leader is back"]


def test_a_halted_account_leads_nobody(wire: Wire, clock: ManualClock) -> None:
    leading(wire, clock)
    seed(wire, "accounts", "paper-lead", trading_state="HALTED")
    second = following(wire, clock)
    assert alerts(second, "leader_gone")[0].startswith(
        "follower: the leader paper-lead/leader is on an account that is"
    )


def test_a_leader_nobody_knows_is_gone_and_is_followed_once_it_is_there(wire: Wire, clock: ManualClock) -> None:
    second = following(wire, clock)
    assert alerts(second, "leader_gone")[0].startswith(
        "follower: the leader paper-lead/leader is on an account that do"
    )
    first = leading(wire, clock)
    clock.advance(11)
    second.look()
    pass_minute("09:30", first, second)
    assert fills_of(second) == [("BUY", 50)]


@pytest.mark.parametrize(
    ("rules", "user", "says"),
    [
        (CopyRules(), "else", "Leaders are followed within the same user's accounts only (COPY_ALLOW)"),
        (CopyRules(CopyAllow.SAME_ACCOUNT), "user", "Leaders are followed within the same account only (COPY_ALLOW)"),
        (CopyRules(CopyAllow.NONE), "user", "Nobody may be followed here (COPY_ALLOW)"),
        (CopyRules(pairs=(("user", "else"),)), "else", None),
        (CopyRules(CopyAllow.NONE, pairs=(("paper-follow", "paper-lead"),)), "else", None),
    ],
)
def test_who_may_follow_whom_is_the_deployments_to_say(
    wire: Wire, clock: ManualClock, rules: CopyRules, user: str, says: str | None
) -> None:
    first, second = leading(wire, clock, user_id=user), following(wire, clock, rules=rules)
    assert alerts(second, "copy_refused") == ([] if says is None else [f"follower: {says}"])
    pass_minute("09:30", first, second)
    assert fills_of(second) == ([("BUY", 50)] if says is None else [])


def test_two_that_follow_each_other_copy_nothing(wire: Wire, clock: ManualClock) -> None:
    back = follower("leader", leader="paper-follow/follower")
    first = Engine(wire, clock, one_account("paper-lead"), (back,))
    first.beat()
    second = following(wire, clock)
    second.beat()
    first.look()
    assert alerts(second, "copy_refused") == ["follower: paper-lead/leader follows this bot in turn"]
    assert alerts(first, "copy_refused") == ["leader: paper-follow/follower follows this bot in turn"]
