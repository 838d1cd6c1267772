"""A live account at Coinbase, opened from settings at the loopback broker: its names, its key, its check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.adapters.brokers.practice import MarketView
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.vault import COLLECTION, credentials_id
from engine.bootstrap.coinbase import Coinbase
from engine.bootstrap.doctoring import engines_check, keys_changed
from engine.bootstrap.keys import open_vault
from engine.bootstrap.market import open_market
from engine.bootstrap.owners_keys import keys_for
from engine.bootstrap.traded import Market
from engine.domain.account import Mode
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.broker_keys import BrokerKeys
from engine.domain.errors import BackPressure, InvariantBroken, OutcomeUnknown
from engine.domain.events import OrderRejected
from engine.domain.findings import Grade
from engine.domain.order import Purpose
from engine.runtime.ending import EndWish
from engine.runtime.patience import at_once
from engine.runtime.start_notice import StartNotice
from engine.settings import read_settings
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.coinbase.order_desk import limit_order
from tests.brokers.coinbase.in_process import SOME_DAY, InProcessCoinbase, in_process_coinbase
from tests.brokers.coinbase.keys import EDWARDS
from tests.brokers.loopback.clocks import ScriptedClock

OWNER = "ann"
BOT = {"id": "quick", "strategy": "confluence", "symbols": ["BTC-USD", "ETH-USD"]}
ANGELS = AngelOneCredentials("A123456", "4821", "JBSWY3DPEHPK3PXP", "k9AbCd12")


@pytest.fixture(scope="module")
def coinbase() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase(beat_s=0.05) as here:
        yield here


def variables(coinbase: InProcessCoinbase, folder: Path, symbols: list[str] | None = None) -> dict[str, str]:
    bots = folder / "bots.json"
    bots.write_text(json.dumps({"bots": [{**BOT, **({"symbols": symbols} if symbols else {})}]}), encoding="utf-8")
    return {
        "GOOGLE_CLOUD_PROJECT": "demo-here",
        "LOCKSTEP_OWNER_UID": OWNER,
        "LOCKSTEP_FEED": "coinbase",
        "LOCKSTEP_VENUE": "coinbase",
        "LOCKSTEP_BOTS": str(bots),
        "LOCKSTEP_STATE_DIR": str(folder / "state"),
        "LOCKSTEP_COINBASE_AT": coinbase.place,
    }


def opened(coinbase: InProcessCoinbase, folder: Path, symbols: list[str] | None = None) -> Market:
    coinbase.reset()
    coinbase.limits(on=False)  # they would count a clock that stands
    coinbase.broker.clock = ScriptedClock(SOME_DAY.replace(microsecond=900_000))  # a second begins soon
    return open_market(read_settings(variables(coinbase, folder, symbols)))


def real(market: Market) -> Coinbase:
    assert isinstance(market.broker, Coinbase)
    return market.broker


def test_a_live_rehearsal_has_an_account_and_bots_of_its_own_and_goes_by_the_brokers_time(
    coinbase: InProcessCoinbase, tmp_path: Path
) -> None:
    market = opened(coinbase, tmp_path)
    account = market.account
    assert (account.account_id, account.mode, account.market) == ("live-coinbase-rehearsal", Mode.LIVE, "coinbase")
    assert (account.currency, account.charge_schedule, account.limits_only) == ("USD", "coinbase_taker", True)
    assert [bot.bot_id for bot in market.bots] == ["live-rehearsal-quick"]
    assert not coinbase.broker.counts, "nobody was called yet"
    market.prepare()
    assert market.clock is not None
    ahead = market.clock.now() - datetime.now(UTC)
    assert abs(datetime.now(UTC) + ahead - SOME_DAY) < timedelta(seconds=5)
    assert real(market).edge.closed() is None
    assert real(market).client(coinbase.credentials(), OWNER) is None


def test_nothing_is_signed_before_the_account_is_ours_and_everything_after(
    coinbase: InProcessCoinbase, tmp_path: Path
) -> None:
    broker = real(opened(coinbase, tmp_path))
    with pytest.raises(InvariantBroken, match="before the account is ours"):
        next(broker.examine("coinbase_taker"))
    with pytest.raises(BackPressure, match="no key"):
        broker.access.calls.socket_token()
    broker.take_up(coinbase.credentials())
    assert broker.access.calls.socket_token().startswith("eyJ")
    with pytest.raises(InvariantBroken, match="another broker"):
        broker.take_up(ANGELS)
    broker.close()
    broker.close()


def test_of_products_that_are_not_listed_its_books_are_told_and_what_is_held_may_be_left(
    coinbase: InProcessCoinbase, tmp_path: Path
) -> None:
    opened(coinbase, tmp_path).prepare()  # an earlier start, while both were listed
    market = opened(coinbase, tmp_path, ["BTC-USD", "ETH-USD", "ACME-USD"])
    coinbase.do("balance", currency="ETH", available="2")
    coinbase.do("delist", product="ETH-USD")
    market.prepare()
    broker = real(market)
    broker.take_up(coinbase.credentials())
    venue = broker.edge.open(MarketView(lambda: 0, lambda symbol: Decimal(64_000)))
    assert ("ETH-USD", Decimal(2)) in [(held.symbol, held.quantity) for held in venue.report().positions]
    with pytest.raises(BackPressure, match="ETH-USD: Coinbase says that it is listed no more"):
        venue.submit(limit_order("ONE" * 5, symbol="ETH-USD", price="1900"))
    sale = limit_order("TWO" * 5, symbol="ETH-USD", price="1900", quantity=Decimal(2), purpose=Purpose.EXIT)
    (said,) = venue.submit(sale)  # it is asked for, and the broker's own word is told
    assert isinstance(said, OrderRejected)
    assert "INVALID_PRODUCT_ID" in said.reason
    broker.close()


class House:
    """An engine that has the account, and the vault that its owner's keys lie in."""

    def __init__(self, coinbase: InProcessCoinbase, folder: Path) -> None:
        self.market, self.wire = opened(coinbase, folder), MemoryWire()
        self.broker = real(self.market)
        settings = read_settings(variables(coinbase, folder))
        vault = open_vault(settings, self.wire)
        assert vault is not None
        self.vault = vault
        self.out: Any = SimpleNamespace(settings=settings, wire=self.wire, market=self.market, clock=coinbase.clock)

    def give(self, keys: BrokerKeys | None) -> None:
        fields: dict[str, Any] = {"sealed": None} if keys is None else self.vault.sealed(OWNER, "coinbase", keys)
        request = commit_request(self.wire.database)
        add_set(request, name_of(self.wire.database, COLLECTION, credentials_id(OWNER, "coinbase")), fields)
        self.wire.commit(request)


@pytest.fixture
def house(coinbase: InProcessCoinbase, tmp_path: Path) -> Iterator[House]:
    made = House(coinbase, tmp_path)
    yield made
    made.broker.close()


def test_the_engine_begins_with_the_key_that_its_owner_gave(house: House, coinbase: InProcessCoinbase) -> None:
    house.give(coinbase.credentials())
    notice = StartNotice(ManualClock(), house.market.account.account_id)
    assert keys_for(house.out, "coinbase", at_once, notice, EndWish()) == coinbase.credentials()


@pytest.mark.parametrize("change", ["another", "removed", "the same"])
def test_with_another_key_or_none_the_account_begins_anew(
    house: House, coinbase: InProcessCoinbase, change: str
) -> None:
    house.broker.take_up(coinbase.credentials())
    given = {"another": coinbase.credentials(EDWARDS), "removed": None, "the same": coinbase.credentials()}
    house.give(given[change])
    changed = keys_changed(house.out)
    changed("angelone")
    assert not house.broker.anew.is_set()
    changed("coinbase")
    assert house.broker.anew.is_set() == (change != "the same")


def test_its_check_is_made_with_its_own_key_and_names_stopped_entries(
    house: House, coinbase: InProcessCoinbase
) -> None:
    house.market.prepare()
    house.broker.take_up(coinbase.credentials())
    coinbase.price("BTC-USD", "64000")
    coinbase.price("ETH-USD", "3000")
    found = {line.name: line.grade.value for line in engines_check(house.out)("coinbase")}
    assert {name for name, grade in found.items() if grade == "red"} == set(), found
    assert {"login", "permissions", "order_books", "user_socket", "fees"} <= found.keys()
    venue = house.broker.edge.open(MarketView(lambda: 0, lambda symbol: Decimal(64_000)))
    coinbase.fault("create_order", "error", status=403, code="PERMISSION_DENIED")
    with pytest.raises(OutcomeUnknown):
        venue.submit(limit_order(symbol="BTC-USD", price="64000", quantity=Decimal("0.001")))
    told = {line.name: line for line in engines_check(house.out)("coinbase")}
    assert told["entries"].grade is Grade.RED
    assert "PERMISSION_DENIED" in told["entries"].says
