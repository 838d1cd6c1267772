"""The practice venue is on this machine and trades the demo market; anything else is refused by name."""

from __future__ import annotations

import pytest

from engine.bootstrap.market import open_market
from engine.domain.errors import InvalidValue
from engine.settings import read_settings

HOME = {"GOOGLE_CLOUD_PROJECT": "demo-here", "LOCKSTEP_OWNER_UID": "ann"}


def test_without_a_venue_the_demo_trades_at_the_simulated_one() -> None:
    settings = read_settings(HOME)
    assert settings.venue is None
    assert open_market(settings).account.account_id == "paper-demo"


def test_with_a_venue_the_demo_bots_trade_an_account_of_its_own() -> None:
    settings = read_settings(HOME | {"LOCKSTEP_VENUE": "http://127.0.0.1:4711"})
    assert settings.venue == "http://127.0.0.1:4711"
    assert open_market(settings).account.account_id == "paper-practice"


@pytest.mark.parametrize(
    "address", ["http://venue.example:80", "127.0.0.1:4711", "https://127.0.0.1:1", "http://127.0.0.1:1@venue.example"]
)
def test_a_venue_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue, match="LOCKSTEP_VENUE"):
        read_settings(HOME | {"LOCKSTEP_VENUE": address})


def test_a_replay_does_not_trade_at_the_practice_venue() -> None:
    replayed = {"LOCKSTEP_FEED": "replay", "LOCKSTEP_DATA": "x", "LOCKSTEP_VENUE": "http://127.0.0.1:4711"}
    with pytest.raises(InvalidValue, match="demo market"):
        read_settings(HOME | replayed)
