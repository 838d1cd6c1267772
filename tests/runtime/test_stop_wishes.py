"""Kills and resumes reach the engine once each, from the account's controls or the service's, over restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.events import Event, HaltChanged, KillAsked
from engine.domain.instant import SECOND, instant_of
from engine.runtime.control_watch import ControlWatch
from engine.runtime.inbox import Inbox
from engine.simulation.clock import ManualClock
from tests.runtime.world import Household

CLOCK = ManualClock()
AT = CLOCK.now()
LIFTED = {"halted": False, "killed": False}


def watching(household: Household) -> tuple[ControlWatch, Inbox]:
    inbox = Inbox()
    return ControlWatch(household.control, household.spec, inbox, CLOCK), inbox


def stops(inbox: Inbox) -> list[Event]:
    """What came of halts and kills."""
    return [event for event in inbox.take(0) if isinstance(event, HaltChanged | KillAsked)]


def killed(**more: object) -> dict[str, object]:
    fields = {"killed": True, "killed_reason": "enough", "killed_at": AT, "killed_by": "ann", "kill_flatten": True}
    return {**fields, **more}


@pytest.mark.parametrize("which", ["account", "service"])
def test_a_kill_and_the_resume_that_answers_it_arrive_once_each(which: str) -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    control = household.account_id if which == "account" else "service"
    household.write("controls", control, **killed())
    watch.look()
    assert stops(inbox) == [KillAsked("enough", True, "ann", instant_of(AT))]
    household.write("controls", household.account_id, watched_until=None)
    watch.look()
    assert stops(inbox) == []
    household.write("controls", control, **LIFTED, resumed_at=AT + timedelta(seconds=9))
    watch.look()
    assert stops(inbox) == [HaltChanged(False, "")]


def test_a_kill_that_somebody_wrote_by_hand_is_seen_though_no_generation_moved() -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    documents = household.documents
    documents.change("another", lambda t: t.update("controls", household.account_id, {"killed": "yes"}) or {})
    assert not watch.look()
    assert stops(inbox) == [KillAsked("killed by a document", False, "a document", instant_of(CLOCK.now()))]
    assert not watch.look()
    assert stops(inbox) == []


def test_a_kill_asked_for_again_arrives_again() -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    household.write("controls", household.account_id, **killed(kill_flatten=False))
    watch.look()
    household.write("controls", household.account_id, **killed(killed_at=AT + timedelta(seconds=1)))
    watch.look()
    assert [event.flatten for event in stops(inbox) if isinstance(event, KillAsked)] == [False, True]


def test_the_services_resume_lifts_nothing_that_the_account_has_of_its_own() -> None:
    household = Household()
    watch, inbox = watching(household)
    household.write("controls", household.account_id, halted=True, halted_reason="mine")
    household.write("controls", "service", **killed())
    watch.look()
    assert len(stops(inbox)) == 2
    household.write("controls", "service", **LIFTED, resumed_at=AT)
    watch.look()
    assert stops(inbox) == []
    household.write("controls", household.account_id, **LIFTED, resumed_at=AT)
    watch.look()
    assert stops(inbox) == [HaltChanged(False, "")]


def test_a_resume_reaches_the_engine_though_no_person_had_halted_and_again_when_it_was_refused() -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.look()
    for seconds in (1, 2):
        household.write("controls", household.account_id, **LIFTED, resumed_at=AT + timedelta(seconds=seconds))
        watch.look()
        assert stops(inbox) == [HaltChanged(False, "")]


def test_an_old_resume_is_not_told_after_a_restart() -> None:
    household = Household()
    household.write("controls", household.account_id, **LIFTED, resumed_at=AT)
    watch, inbox = watching(household)
    watch.look()
    assert stops(inbox) == []


@pytest.mark.parametrize(("later_s", "told"), [(-1, []), (1, [HaltChanged(False, "")])])
def test_after_a_restart_a_resume_counts_when_it_came_after_the_kill(later_s: int, told: list[HaltChanged]) -> None:
    household = Household()
    household.write("controls", household.account_id, **LIFTED, resumed_at=AT + timedelta(seconds=later_s))
    watch, inbox = watching(household)
    watch.stops.begin_killed(instant_of(AT))
    watch.look()
    assert stops(inbox) == told


def test_a_kill_by_a_signal_stands_after_a_restart_though_no_document_tells_of_it() -> None:
    household = Household()
    watch, inbox = watching(household)
    watch.stops.begin_killed(instant_of(AT) - SECOND)
    watch.look()
    assert stops(inbox) == []


def test_an_accounts_kill_adds_its_positions_to_the_services_kill_that_stands() -> None:
    household = Household()
    watch, inbox = watching(household)
    household.write("controls", "service", **killed(kill_flatten=False))
    watch.look()
    household.write("controls", household.account_id, **killed(killed_at=AT + timedelta(seconds=1)))
    watch.look()
    assert [event.flatten for event in stops(inbox) if isinstance(event, KillAsked)] == [False, True]


def test_a_kill_of_the_account_asked_for_again_arrives_though_the_service_is_killed() -> None:
    household = Household()
    watch, inbox = watching(household)
    household.write("controls", "service", **killed())
    watch.look()
    for seconds in (1, 2):
        household.write("controls", household.account_id, **killed(killed_at=AT + timedelta(seconds=seconds)))
        watch.look()
    assert [event.flatten for event in stops(inbox) if isinstance(event, KillAsked)] == [True] * 3
