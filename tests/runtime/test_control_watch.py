"""What people want reaches the engine once, as differences, and survives a store that fails."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.clock import SystemClock
from engine.domain.account import Desired
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import BotChanged, BotRemoved, CommandReceived, HaltChanged, PolicyChanged
from engine.runtime.control_watch import ControlWatch
from engine.runtime.inbox import Inbox
from engine.simulation.clock import ManualClock
from tests.builders.paper import bot
from tests.runtime.world import Household, eventually

POLICY: dict[str, Any] = {
    "notional_max_pct": 5, "at_risk_max_pct": 40, "positions_max": 3, "quote_age_max_s": 30, "notional_min": 500,
}  # fmt: skip


def watching(household: Household) -> tuple[ControlWatch, Inbox]:
    """A watch that has not looked yet."""
    inbox = Inbox()
    return ControlWatch(household.control, household.spec, inbox, ManualClock()), inbox


def wanted(event: object) -> tuple[str, Desired]:
    """A BotChanged in short."""
    assert isinstance(event, BotChanged)
    return event.spec.bot_id, event.desired


def test_the_first_look_brings_every_bot_by_name_and_the_next_nothing() -> None:
    household = Household([bot("beta"), bot("alpha")])
    watch, inbox = watching(household)
    assert watch.look()
    assert [wanted(event) for event in inbox.take(0)] == [("alpha", Desired.RUNNING), ("beta", Desired.RUNNING)]
    assert not watch.look()
    assert inbox.take(0) == []


def test_a_change_brings_the_changed_bot_alone() -> None:
    household = Household([bot("alpha"), bot("beta")])
    watch, inbox = watching(household)
    watch.look()
    inbox.take(0)
    household.write("bots", "beta", desired="paused", generation=2)
    assert watch.look()
    (event,) = inbox.take(0)
    assert wanted(event) == ("beta", Desired.PAUSED)
    assert event.generation == 2


def test_a_generation_that_moves_for_nothing_brings_nothing() -> None:
    household = Household([bot("alpha")])
    watch, inbox = watching(household)
    watch.look()
    inbox.take(0)
    household.write("controls", household.account_id, watched_until=None)
    assert watch.look()
    assert inbox.take(0) == []


def test_a_deleted_bot_is_let_go_once_and_never_runs_on_the_way() -> None:
    household = Household([bot("alpha")])
    household.write("bots", "alpha", deleted=True, generation=2)
    watch, inbox = watching(household)
    watch.look()
    first, second = inbox.take(0)
    assert wanted(first) == ("alpha", Desired.STOPPED)
    assert second == BotRemoved("alpha")
    household.write("controls", household.account_id, watched_until=None)
    watch.look()
    assert inbox.take(0) == []


def test_a_bot_whose_document_is_gone_is_let_go() -> None:
    household = Household([bot("alpha")])
    watch, inbox = watching(household)
    watch.look()
    inbox.take(0)
    household.write("bots", "alpha", account_id="another")
    watch.look()
    assert inbox.take(0) == [BotRemoved("alpha")]


def test_a_policy_arrives_when_it_is_set_and_when_it_differs() -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    assert inbox.take(0) == []
    household.write("risk_policies", household.account_id, **POLICY)
    watch.look()
    (event,) = inbox.take(0)
    assert isinstance(event, PolicyChanged)
    assert (event.policy.at_risk_max_pct, event.policy.positions_max) == (Decimal(40), 3)
    household.write("risk_policies", household.account_id, **POLICY)
    watch.look()
    assert inbox.take(0) == []
    household.write("risk_policies", household.account_id, **POLICY | {"positions_max": 4})
    watch.look()
    assert inbox.take(0) == [PolicyChanged(replace(event.policy, positions_max=4))]


def test_a_policy_that_the_recovered_account_knows_is_not_told_again_and_another_is() -> None:
    """Back to the bots file's while the engine was away: it is another than the account goes on with."""
    household = Household()
    household.write("risk_policies", household.account_id, **POLICY)
    watch, inbox = watching(household)
    watch.begin_policy(replace(household.spec.risk_policy, positions_max=2))
    watch.look()
    (event,) = inbox.take(0)
    assert isinstance(event, PolicyChanged)
    watch, inbox = watching(household)
    watch.begin_policy(event.policy)
    watch.look()
    assert inbox.take(0) == []


@pytest.mark.parametrize("which", ["account", "service"])
def test_a_halt_and_its_end_arrive_once_each(which: str) -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    control = household.account_id if which == "account" else "service"
    household.write("controls", control, halted=True, halted_reason="enough")
    watch.look()
    household.write("controls", household.account_id, watched_until=None)
    watch.look()
    assert inbox.take(0) == [HaltChanged(True, "enough")]
    household.write("controls", control, halted=False, halted_reason=None)
    watch.look()
    assert inbox.take(0) == [HaltChanged(False, "")]


def test_a_halt_that_the_recovered_account_knows_of_is_not_told_again_but_its_end_is() -> None:
    household = Household()
    household.write("controls", household.account_id, halted=True, halted_reason="enough")
    watch, inbox = watching(household)
    watch.stops.begin_halted(True)
    watch.look()
    assert inbox.take(0) == []
    household.write("controls", household.account_id, halted=False, halted_reason=None)
    watch.look()
    assert inbox.take(0) == [HaltChanged(False, "")]


def a_command(household: Household, command_id: str, minute: int = 0) -> None:
    """A command as the API accepts it."""
    at = household.control._now().replace(minute=minute)
    household.write(
        "commands", command_id, kind="close_position", arguments={"bot_id": "alpha", "symbol": "ACME"},
        state="accepted", requested_by="user", requested_at=at,
    )  # fmt: skip


def test_a_command_arrives_once_however_long_the_store_calls_it_open() -> None:
    household = Household()
    watch, inbox = watching(household)
    a_command(household, "later", minute=2)
    a_command(household, "earlier", minute=1)
    watch.look()
    arguments = {"bot_id": "alpha", "symbol": "ACME"}
    assert inbox.take(0) == [
        CommandReceived("earlier", "close_position", arguments),
        CommandReceived("later", "close_position", arguments),
    ]
    a_command(household, "third")
    watch.look()
    assert [event.command_id for event in inbox.take(0) if isinstance(event, CommandReceived)] == ["third"]


def test_a_command_that_was_carried_out_before_the_restart_does_not_arrive_again() -> None:
    household = Household()
    watch, inbox = watching(household)
    a_command(household, "done")
    watch.begin_answered(frozenset({"done"}))
    watch.look()
    assert inbox.take(0) == []


def test_a_look_that_fails_halfway_repeats_nothing_and_forgets_nothing() -> None:
    household = Household([bot("alpha")])
    a_command(household, "close")
    watch, inbox = watching(household)
    calls = []

    def fail_at_fourth(_method: str) -> None:
        calls.append(_method)
        if len(calls) == 4:
            raise OutcomeUnknown("the store went away")

    household.wire.before = fail_at_fourth
    with pytest.raises(OutcomeUnknown):
        watch.look()
    assert watch.look()
    events = inbox.take(0)
    assert [type(event) for event in events] == [BotChanged, CommandReceived]
    assert not watch.look()


def test_a_store_that_fails_and_comes_back_is_looked_at_again() -> None:
    household, inbox = Household([bot("alpha")]), Inbox()
    watch = ControlWatch(household.control, household.spec, inbox, SystemClock(), watched=lambda: True)
    down, looked, stop = threading.Event(), [], threading.Event()
    down.set()

    def maybe_down(_method: str) -> None:
        looked.append(_method)
        if down.is_set():
            raise OutcomeUnknown("no answer")

    household.wire.before = maybe_down
    asked: list[bool] = []
    thread = threading.Thread(target=watch.run, args=(stop, lambda: asked.append(True)))
    thread.start()
    try:
        eventually(lambda: len(looked) >= 2, "it was looked at twice in the outage")
        assert (len(inbox), asked) == (0, [])
        down.clear()
        eventually(lambda: len(inbox) == 1, "the bot arrives after the outage")
        eventually(lambda: bool(asked), "who watches is asked after each look")
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
