"""A store that was emptied or put back to an earlier state never tells the engine what people want."""

import threading

import pytest

from engine.domain.errors import Fenced
from engine.runtime.control_watch import ControlWatch
from engine.runtime.inbox import Inbox
from engine.simulation.clock import ManualClock
from tests.builders.paper import bot
from tests.runtime.world import Household


def halted_household() -> Household:
    """Two bots and a person's halt."""
    household = Household([bot("alpha"), bot("beta")])
    household.write("controls", household.account_id, halted=True, halted_reason="enough")
    return household


def test_an_emptied_store_takes_away_no_bot_and_lifts_no_halt() -> None:
    household, inbox = halted_household(), Inbox()
    watch = ControlWatch(household.control, household.spec, inbox, ManualClock())
    watch.look()
    assert len(inbox.take(0)) == 3
    household.wire._documents.clear()
    for _ in range(2):
        with pytest.raises(Fenced, match="put back or emptied"):
            watch.look()
    assert inbox.take(0) == []


def test_a_store_put_back_by_one_change_is_told_too() -> None:
    household, inbox = halted_household(), Inbox()
    watch = ControlWatch(household.control, household.spec, inbox, ManualClock())
    before = dict(household.wire._documents)
    household.write("bots", "alpha", desired="paused", generation=2)
    watch.look()
    inbox.take(0)
    household.wire._documents.update(before)
    with pytest.raises(Fenced, match="put back or emptied"):
        watch.look()
    assert inbox.take(0) == []


def test_the_watch_ends_for_good_and_with_it_the_engine_which_starts_anew_from_what_the_store_has() -> None:
    household, inbox = halted_household(), Inbox()
    watch = ControlWatch(household.control, household.spec, inbox, ManualClock())
    watch.look()
    household.wire._documents.clear()
    with pytest.raises(Fenced, match="put back or emptied"):
        watch.run(threading.Event(), lambda: None)
