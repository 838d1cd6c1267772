"""A rehearsal begins while its exchange trades, at the moment that AT names or the next good one; its bots exist."""

import json
from datetime import datetime

import pytest

from engine.strategies.bot_list import parse_bots
from local.errors import StackError
from local.options import Options
from local.rehearse import BOTS, IST, _begins_at


def moment(words: str) -> datetime:
    """In India's time."""
    return datetime.fromisoformat(words).replace(tzinfo=IST)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-23T11:07:30", "2026-11-23T11:07:30"),  # a Monday, amid the session
        ("2026-11-23T08:00:00", "2026-11-23T10:00:00"),
        ("2026-11-23T21:00:00", "2026-11-25T10:00:00"),  # the 24th is a holiday
        ("2026-11-24T11:00:00", "2026-11-25T10:00:00"),
        ("2026-11-27T15:00:00", "2026-11-30T10:00:00"),  # Friday afternoon: Monday
        ("2026-11-28T11:00:00", "2026-11-30T10:00:00"),
    ],
)
def test_it_begins_now_where_the_exchange_trades_or_at_ten_on_the_next_day_that_it_does(now: str, begins: str) -> None:
    assert _begins_at("", moment(now)) == moment(begins)


def test_another_moment_is_named_with_its_zone() -> None:
    assert _begins_at("2026-11-23T04:00:00+00:00", moment("2026-11-21T00:00:00")) == moment("2026-11-23T09:30:00")
    for wrong in ("2026-11-23T10:00:00", "soon"):
        with pytest.raises(StackError, match="AT="):
            _begins_at(wrong, moment("2026-11-21T00:00:00"))


def test_its_bots_are_bots() -> None:
    listed = parse_bots(json.loads(BOTS.read_text(encoding="utf-8")))
    assert {symbol for bot in listed.bots for symbol in bot.symbols} == {"SBIN", "RELIANCE"}


def test_angel_ones_market_needs_its_bots_and_its_venue_needs_its_market() -> None:
    options = Options.read({"FEED": "angelone", "VENUE": "angelone", "BOTS": str(BOTS)})
    assert (options.feed, options.venue, options.bots) == ("angelone", "angelone", str(BOTS))
    for wrong, words in (({"FEED": "angelone"}, "needs the bots"), ({"VENUE": "angelone"}, "FEED=angelone")):
        with pytest.raises(StackError, match=words):
            Options.read(wrong)
