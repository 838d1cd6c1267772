"""Every event survives being written and read: a kind that can't is found here, before a day is lost by it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.account import Desired
from engine.domain.broker import BrokerReport, VenuePosition
from engine.domain.effective import EffectiveMode
from engine.domain.events import (
    BarClosed,
    BotChanged,
    BrokerReported,
    CommandReceived,
    Event,
    FillReceived,
    HistoryBar,
    InstrumentListed,
    ModeChanged,
    OrderRejected,
    PolicyChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.found import FactsFound, FoundFacts, FoundViews, ViewsFound
from engine.domain.market import Bar
from engine.domain.risk import RiskPolicy
from engine.recording.event_codec import Unreadable, decode_event, decoder_of, encode_event, event_types
from tests.builders.market import instrument
from tests.builders.paper import bot
from tests.builders.times import at, session
from tests.outbox.sample_records import KINDS, sample

NINE = at("09:30")
MINUTE_BAR = Bar("ACME", "1m", NINE, at("09:31"), 50_000, 50_100, 49_900, 50_050, 12.5)
FACTS = FoundFacts(NINE, trades=frozenset({"T-1"}))  # one: the order in which a set is told is its own
EVENTS: tuple[Event, ...] = (
    InstrumentListed(instrument()),
    SessionOpened(session(), NINE),
    HistoryBar(MINUTE_BAR),
    BarClosed(MINUTE_BAR),
    BotChanged(bot("alpha", stop="0.4", buy_at=45, confirm_s=60.5), Desired.RUNNING, 3),
    PolicyChanged(RiskPolicy(notional_max_pct=Decimal("12.5"))),
    ModeChanged(EffectiveMode.DRY, ("The account is not armed",)),
    CommandReceived("c-1", "close_position", {"bot_id": "alpha", "symbol": "ACME"}),
    FillReceived("ORDER", "V-1", Decimal("10.50"), Decimal("500.05"), NINE),
    OrderRejected("ORDER", "no funds", NINE, would_cross=True),
    BrokerReported(BrokerReport((), (), (VenuePosition("ACME", Decimal(3), Decimal("499.95"), True),), NINE)),
    Recovered(tuple(sample(kind) for kind in KINDS), 41),
    FactsFound(FACTS),
    ViewsFound(FACTS, FoundViews({("alpha", "ACME", NINE): "quiet"}, {}, frozenset({("ACME", "1m", NINE)})), {"a": 1}),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    again = decode_event(*encode_event(event))
    assert type(again) is type(event)
    assert again == event
    assert repr(again) == repr(event)  # a whole number stays one, a decimal keeps its digits


@pytest.mark.parametrize("name", sorted(event_types()))
def test_every_kind_of_event_there_is_can_be_read(name: str) -> None:
    if name != "Recovered":  # whose records each say their own type
        decoder_of(event_types()[name])


def test_what_this_version_does_not_know_is_said_in_a_sentence() -> None:
    with pytest.raises(Unreadable, match="an event 'MoonRose', which this version does not know"):
        decode_event("MoonRose", b"")
    kind, body = encode_event(EVENTS[0])
    with pytest.raises(Unreadable, match="InstrumentListed can't be read by this version"):
        decode_event(kind, body[:-3])
