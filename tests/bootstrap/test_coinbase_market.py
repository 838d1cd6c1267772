"""The paper account on Coinbase's prices, opened from settings at the loopback broker: its name, its money, its bots;
and a market that is away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap.coinbase_market import endpoints_of
from engine.bootstrap.market import open_market
from engine.bootstrap.traded import Market
from engine.coinbase_settings import CoinbaseSettings
from engine.core.engine import Engine
from engine.domain.account import Desired, Mode
from engine.domain.errors import InvalidValue, OperatingError
from engine.domain.events import BotChanged, InstrumentListed
from engine.settings import read_settings
from engine.strategies.coinbase_bots import COINBASE_BOTS
from engine.strategies.registry import make
from tests.brokers.coinbase.in_process import SOME_DAY, InProcessCoinbase, in_process_coinbase
from tests.brokers.loopback.clocks import ScriptedClock

BOT = {"id": "quick", "strategy": "confluence", "symbols": ["BTC-USD"]}


@pytest.fixture(scope="module")
def kept_server() -> Iterator[InProcessCoinbase]:
    with in_process_coinbase() as here:
        yield here


@pytest.fixture
def server(kept_server: InProcessCoinbase) -> InProcessCoinbase:
    """Its clock runs, and a second begins soon: whoever reads its time waits for that."""
    kept_server.reset()
    kept_server.limits(on=False)  # they would count a clock that stands
    kept_server.broker.clock = ScriptedClock(SOME_DAY.replace(microsecond=900_000))
    return kept_server


def opened(folder: Path, at: str | None, said: dict[str, Any] | None = None) -> Market:
    """From settings; without a file of bots where nothing is said."""
    env = {
        "GOOGLE_CLOUD_PROJECT": "demo-here",
        "LOCKSTEP_OWNER_UID": "ann",
        "LOCKSTEP_FEED": "coinbase",
        "LOCKSTEP_STATE_DIR": str(folder / "state"),
    }
    if at is not None:
        env["LOCKSTEP_COINBASE_AT"] = at
    if said is not None:
        bots = folder / "bots.json"
        bots.write_text(json.dumps(said), encoding="utf-8")
        env["LOCKSTEP_BOTS"] = str(bots)
    return open_market(read_settings(env))


def test_without_a_key_and_without_bots_it_is_a_paper_account_in_dollars_with_three_bots(tmp_path: Path) -> None:
    market = opened(tmp_path, None)
    account = market.account
    assert (account.account_id, account.mode, account.market) == ("paper-coinbase", Mode.PAPER, "coinbase")
    assert (account.currency, account.cash, account.charge_schedule) == ("USD", Decimal(10_000), "coinbase_taker")
    assert market.broker is None
    assert market.bots == COINBASE_BOTS.bots
    assert [make(bot.strategy, bot.parameters) is not None for bot in market.bots] == [True] * 3


def test_a_rehearsal_has_an_account_and_bots_of_its_own(server: InProcessCoinbase, tmp_path: Path) -> None:
    market = opened(tmp_path, server.place, {"bots": [BOT]})
    assert market.account.account_id == "paper-coinbase-rehearsal"
    assert [bot.bot_id for bot in market.bots] == ["rehearsal-quick"]


@pytest.mark.parametrize(
    ("named", "pays"),
    [(None, "coinbase_taker"), ("nse_intraday", "coinbase_taker"), ("coinbase_maker_10k", "coinbase_maker_10k"),
     ("none", "none")],
)  # fmt: skip
def test_what_is_paid_is_coinbases_unless_the_file_says_otherwise(tmp_path: Path, named: str | None, pays: str) -> None:
    said = {"bots": [BOT], **({} if named is None else {"charge_schedule": named})}
    assert opened(tmp_path, None, said).account.charge_schedule == pays


def test_opening_it_asks_nobody_and_preparing_it_finds_the_products(server: InProcessCoinbase, tmp_path: Path) -> None:
    market = opened(tmp_path, server.place)
    assert sum(server.broker.counts.values()) == 0
    assert list(market.feed.instruments()) == []
    market.prepare()
    assert [one.symbol for one in market.feed.instruments()] == ["BTC-USD", "ETH-USD", "SOL-USD"]
    assert (tmp_path / "state" / "coinbase-products-rehearsal.json").is_file()


@pytest.mark.parametrize(
    ("symbols", "says"),
    [
        (["BTC-EUR"], "BTC-EUR is priced in EUR, and the account is in USD"),
        (["ETH-USD", "BTC-USD", "BTC-EUR"], "BTC-USD and BTC-EUR are both BTC, .*: let all bots .* trade one of them"),
    ],
)
def test_a_bot_that_names_what_the_account_can_not_hold_is_refused(
    server: InProcessCoinbase, tmp_path: Path, symbols: list[str], says: str
) -> None:
    market = opened(tmp_path, server.place, {"bots": [{**BOT, "symbols": symbols}]})
    with pytest.raises(InvalidValue, match=says) as refused:
        market.prepare()
    assert refused.value.field == "quick.symbols"


def test_a_bot_that_names_what_is_not_listed_says_so_and_the_others_trade(
    server: InProcessCoinbase, tmp_path: Path
) -> None:
    odd = {**BOT, "id": "odd", "symbols": ["ACME-USD"]}
    market = opened(tmp_path, server.place, {"bots": [BOT, odd]})
    market.prepare()
    account = Engine(market.account, make)
    for one in market.feed.instruments():
        account.process(InstrumentListed(one))
    for bot in market.bots:
        account.process(BotChanged(bot, Desired.RUNNING, 1))
    said = {bot_id: bot.error or "" for bot_id, bot in account.state.bots.items()}
    assert said["rehearsal-quick"] == ""
    assert "ACME-USD is not traded here: the account's market does not list it" in said["rehearsal-odd"]


def test_a_market_that_is_away_is_an_error_that_waiting_may_mend(tmp_path: Path) -> None:
    market = opened(tmp_path, "http://127.0.0.1:1")
    for _ in range(2):
        with pytest.raises(OperatingError, match="no connection"):
            market.prepare()


def test_addresses_are_the_real_ones_or_the_loopbacks(server: InProcessCoinbase) -> None:
    assert endpoints_of(CoinbaseSettings()).market_socket == "wss://advanced-trade-ws.coinbase.com"
    assert endpoints_of(CoinbaseSettings(at=server.place)) == server.endpoints
