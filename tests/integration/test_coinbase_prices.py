"""`FEED=coinbase` as the whole service: play money on the public prices of a loopback Coinbase, without a key; and a
market that is away is waited for in words.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from local import http_json
from local.firestore import FirestoreEmulator
from tests.brokers.coinbase.running import running_coinbase
from tests.faults.dead_port import dead_port
from tests.integration.engine_process import Store
from tests.integration.rehearsed_day import STRATEGY
from tests.integration.service_process import Service, money, service

ACCOUNT = "paper-coinbase-rehearsal"
CASH = 10_000
BEGINS = "2026-11-23T10:00:40+00:00"  # so that a first minute ends soon after the service trades
QUICK = {"id": "quick", "strategy": "every_minute", "symbols": ["BTC-USD", "ETH-USD"]}
BOTS = {"cash": CASH, "risk_policy": {"notional_min": 10}, "bots": [QUICK]}


def settings_at(address: str, folder: Path) -> dict[str, str]:
    """The service's variables for play money on the prices there."""
    strategies, bots = folder / "strategies", folder / "bots.json"
    strategies.mkdir(exist_ok=True)
    (strategies / "every_minute.py").write_text(STRATEGY, encoding="utf-8")
    bots.write_text(json.dumps(BOTS), encoding="utf-8")
    return {
        "LOCKSTEP_FEED": "coinbase",
        "LOCKSTEP_COINBASE_AT": address,
        "LOCKSTEP_BOTS": str(bots),
        "STRATEGIES_DIR": str(strategies),
    }


def ready(running: Service) -> dict[str, Any]:
    """What `GET /ready` says; empty while it is not."""
    address = f"http://127.0.0.1:{running.port}/ready"
    return dict(http_json.call("GET", address)) if http_json.status_of(address) == 200 else {}


def test_play_money_trades_on_coinbases_prices_without_a_key(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    with running_coinbase("--plain", "--at", BEGINS, "--walk", "3", "--beat", "0.2") as broker:
        said = settings_at(broker.told["root"], tmp_path)
        with service(firestore_emulator.host, firestore_project, tmp_path / "state", **said) as running:
            store = Store(firestore_emulator.host, firestore_project)
            running.await_that(lambda: store.all_of("fills", ACCOUNT), 100, "a first fill")
            account = store.get("accounts", ACCOUNT) or {}
            code, _ = running.end()
            told = running.told()
    assert (code, "did not end in time" in told, "Traceback" in told) == (0, False, False), told[-3000:]
    assert (account["market"], account["mode"], account["currency"]) == ("coinbase", "paper", "USD")
    cash = Decimal(CASH)
    for fill in store.all_of("fills", ACCOUNT).values():
        price, quantity, charges = money(fill["price"]), money(fill["quantity"]), money(fill["charges"])
        assert price % Decimal("0.01") == 0
        assert quantity % Decimal("0.00000001") == 0
        assert quantity % 1, "a part of a coin"
        assert abs(charges - price * quantity * Decimal("0.012")) < Decimal("0.01"), "the lowest tier's fee"
        cash -= (price * quantity).quantize(Decimal("0.01")) + charges
    assert money((store.get("accounts", ACCOUNT) or {})["cash"]) == cash
    assert "eyJ" not in told, "no token was made"


def test_a_market_that_is_away_is_waited_for_in_one_sentence(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    host, state = firestore_emulator.host, tmp_path / "state"
    with (
        dead_port() as there,
        service(host, firestore_project, state, **settings_at(f"http://{there}", tmp_path)) as running,
    ):
        running.await_that(lambda: "not reached" in str(ready(running).get("detail")), 40, "it says so")
        detail = str(ready(running)["detail"])
        code, _ = running.end()
        told = running.told()
    assert detail.startswith("The market is not reached: ")
    assert re.search(r"does not answer: no connection \(\w+\), trying again (in \d+ s|now); nothing is traded", detail)
    assert (code, "did not end in time" in told, "Traceback" in told) == (0, False, False), told[-3000:]
    assert told.count("waiting for the market") == 1
