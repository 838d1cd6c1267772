"""A bot's document that this version can't read is no word that the bot is gone."""

from __future__ import annotations

from engine.domain.account import Desired
from engine.domain.events import BotChanged, BotRemoved
from tests.builders.paper import bot
from tests.runtime.test_control_watch import wanted, watching
from tests.runtime.world import Household


def test_a_bot_whose_document_can_not_be_read_any_more_is_not_let_go_and_can_still_be_stopped() -> None:
    """A service of a later version wrote it, say: what the bot holds must not be sold for that."""
    household = Household([bot("alpha")])
    watch, inbox = watching(household)
    watch.look()
    inbox.take(0)
    household.write("bots", "alpha", timeframe="1 fortnight", generation=2)
    watch.look()
    assert inbox.take(0) == []
    household.write("bots", "alpha", desired="stopped", generation=3)
    watch.look()
    (event,) = inbox.take(0)
    assert wanted(event) == ("alpha", Desired.STOPPED)
    assert isinstance(event, BotChanged)
    assert event.generation == 1, "the newer wish as a whole is not followed, and the screen shows that"
    household.write("bots", "alpha", desired={}, deleted=False)
    watch.look()
    assert inbox.take(0) == []
    household.write("bots", "alpha", deleted=True)
    watch.look()
    assert inbox.take(0) == [BotRemoved("alpha")]
