"""The account on Angel One's prices, opened from settings at a loopback broker: its names, limits, bots and time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.orders.order_words import Product as Word
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.clock import SystemClock
from engine.angelone_settings import AngelOneSettings
from engine.bootstrap.angelone import AngelOne, Place
from engine.bootstrap.angelone_market import endpoints_of
from engine.bootstrap.instruments import angelone_of
from engine.bootstrap.market import open_market
from engine.bootstrap.traded import Market
from engine.core.engine import Engine
from engine.domain.account import Desired, Mode
from engine.domain.errors import CannotStart, InvalidValue, InvariantBroken
from engine.domain.events import BotChanged, InstrumentListed
from engine.market_data.calendar import calendar_for
from engine.settings import read_settings
from engine.strategies.registry import make
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.brokers.angelone.in_process import OPEN_DAY, InProcessAngelOne, in_process_angel_one
from tests.brokers.loopback.clocks import ScriptedClock

BOT = {"id": "quick", "strategy": "confluence", "symbols": ["SBIN", "NIFTY50"]}


@pytest.fixture(scope="module")
def angel() -> Iterator[InProcessAngelOne]:
    """At ten o'clock on a Monday."""
    with in_process_angel_one() as broker:
        yield broker


def opened(angel: InProcessAngelOne, folder: Path, bot: dict[str, Any] | None = None, **more: str) -> Market:
    angel.broker.clock = ScriptedClock(OPEN_DAY.replace(microsecond=900_000))  # a second begins soon
    bots = folder / "bots.json"
    bots.write_text(json.dumps({"bots": [bot or BOT]}), encoding="utf-8")
    env = {
        "GOOGLE_CLOUD_PROJECT": "demo-here",
        "LOCKSTEP_OWNER_UID": "ann",
        "LOCKSTEP_FEED": "angelone",
        "LOCKSTEP_BOTS": str(bots),
        "LOCKSTEP_STATE_DIR": str(folder / "state"),
        "LOCKSTEP_ANGELONE_AT": angel.endpoints.rest,
    }
    return open_market(read_settings(env | more))


def test_a_live_rehearsal_has_an_account_and_bots_of_its_own(angel: InProcessAngelOne, tmp_path: Path) -> None:
    market = opened(angel, tmp_path, LOCKSTEP_VENUE="angelone", RISK_HARD_LIMITS='{"orders_per_second_max": 9}')
    account = market.account
    assert (account.account_id, account.mode, account.market) == ("live-angelone-rehearsal", Mode.LIVE, "angelone")
    assert account.limits_only
    assert dict(account.hard_limits.bounds)["orders_per_second_max"] == 4
    assert [bot.bot_id for bot in market.bots] == ["live-rehearsal-quick"]
    assert market.broker is not None
    assert market.broker.edge is not None
    assert [one.symbol for one in market.feed.instruments()] == ["SBIN", "NIFTY50"]


def test_prices_alone_make_a_paper_account_without_a_way_to_the_broker(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    market = opened(
        angel, tmp_path, LOCKSTEP_ANGELONE_PRODUCT="delivery", RISK_HARD_LIMITS='{"orders_per_second_max": 2}'
    )
    assert (market.account.account_id, market.account.mode) == ("paper-angelone-delivery-rehearsal", Mode.PAPER)
    assert market.account.charge_schedule == "nse_delivery"
    assert dict(market.account.hard_limits.bounds)["orders_per_second_max"] == 2
    assert market.broker is not None
    assert market.broker.edge is None


def test_each_product_has_its_own_books_so_that_what_one_bought_is_never_sold_as_the_other(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    accounts = {
        opened(angel, tmp_path, LOCKSTEP_VENUE="angelone", LOCKSTEP_ANGELONE_PRODUCT=product).account.account_id
        for product in ("intraday", "delivery")
    }
    assert accounts == {"live-angelone-rehearsal", "live-angelone-delivery-rehearsal"}


def test_opening_it_logs_in_nowhere_and_nothing_can_be_asked_before_the_account_is_ours(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    angel.reset()
    market = opened(angel, tmp_path)
    assert set(angel.broker.counts) == {"address", "master"}
    with pytest.raises(InvariantBroken, match="before the account is ours"):
        next(iter(market.feed.history(None)))
    market.broker.close()  # type: ignore[union-attr]  # harmless


def test_a_rehearsal_goes_by_the_brokers_time(angel: InProcessAngelOne, tmp_path: Path) -> None:
    market = opened(angel, tmp_path)
    assert market.broker is not None
    ahead = market.broker.clock.now() - datetime.now(UTC)
    assert abs((datetime.now(UTC) + ahead - OPEN_DAY).total_seconds()) < 60


def test_a_symbol_that_is_not_traded_there_keeps_nobody_from_starting(angel: InProcessAngelOne, tmp_path: Path) -> None:
    market = opened(angel, tmp_path, {**BOT, "symbols": ["SBIN", "ACME"]})
    assert [one.symbol for one in market.feed.instruments()] == ["SBIN"]
    account = Engine(market.account, make)
    account.process(InstrumentListed(market.feed.instruments()[0]))
    account.process(BotChanged(market.bots[0], Desired.RUNNING, 1))
    assert "ACME is not traded here" in (account.state.bots["rehearsal-quick"].error or "")


def test_a_share_settled_trade_by_trade_is_not_traded_within_a_day_and_says_why() -> None:
    place = Place(Endpoints(), Instruments(Path("none")), Fetched(""), calendar_for("NSE"), SystemClock())
    (share,) = shares("SBIN")
    slow = replace(share, intraday_allowed=False)
    within_a_day, delivered = (AngelOne(place, ["SBIN"], word, live=False) for word in (Word.INTRADAY, Word.DELIVERY))
    assert "it is settled trade by trade" in (within_a_day.barred(slow) or "")
    assert [within_a_day.barred(share), delivered.barred(slow)] == [None, None]


def test_a_broker_that_does_not_answer_ends_the_start_with_its_address(
    angel: InProcessAngelOne, tmp_path: Path
) -> None:
    with pytest.raises(CannotStart, match=r"127\.0\.0\.1:1, does not answer"):
        opened(angel, tmp_path, LOCKSTEP_ANGELONE_AT="http://127.0.0.1:1")


def test_the_services_that_tell_our_address_may_be_others() -> None:
    said = AngelOneSettings(address_services="https://one.example https://two.example")
    assert endpoints_of(said).whatismyip == "https://one.example https://two.example"
    assert endpoints_of(AngelOneSettings()).whatismyip.count("https://") == 2
    with pytest.raises(InvalidValue, match="LOCKSTEP_ADDRESS_SERVICES"):
        endpoints_of(AngelOneSettings(address_services="http://one.example"))


def test_the_doctor_of_another_market_asks_the_address_services_that_are_named() -> None:
    said = angelone_of({"LOCKSTEP_ADDRESS_SERVICES": "https://ours.example/ip", "LOCKSTEP_FEED": "demo"})
    assert endpoints_of(said).whatismyip == "https://ours.example/ip"
