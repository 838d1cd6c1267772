"""A stretch of a day at a loopback Coinbase, and the whole service trading it live: both started by a test.

Prices come from the test, a few a second: ETH rises some seconds into each minute and is back before its end, BTC stays
about where it is. What of an order is not filled at once rests at its limit, half a percent further, so ETH rises by
more than that. The broker's clock begins shortly before a minute ends, so that the first bars close soon after the
service trades.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import requests

from tests.brokers.coinbase.running import running_coinbase
from tests.brokers.loopback.running import RunningBroker
from tests.integration.rehearsed_day import STRATEGY, RehearsedDay
from tests.integration.service_process import service

ACCOUNT = "live-coinbase-rehearsal"
BEGINS = datetime.fromisoformat("2026-11-23T10:00:36+00:00")
CASH = 100_000
EVERY_S = 0.2
ETH, BTC = Decimal(3_000), Decimal(64_000)
BOTS = {
    "cash": CASH,
    "charge_schedule": "coinbase_taker",
    "bots": [
        {
            "id": "quick",
            "strategy": "every_minute",
            "symbols": ["ETH-USD"],
            "sizing": {"kind": "quantity", "value": 0.4},
            "exits": {"stop_pct": 2, "target_pct": 0.2},
        },
        {
            "id": "patient",
            "strategy": "every_minute",
            "symbols": ["BTC-USD"],
            "sizing": {"kind": "quantity", "value": 0.01},
            "exits": {"stop_pct": 3},
            "building": {"policy": "equal_size", "tranches_max": 1},
        },
    ],
}


class Prices(threading.Thread):
    """Somebody trades both products at the broker until the block ends; `error` says why no more."""

    def __init__(self, control: str) -> None:
        super().__init__(name="prices", daemon=True)
        self._control, self._ended = control, threading.Event()
        self.error = ""

    def __enter__(self) -> Prices:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join(60)
        assert not self.error

    def run(self) -> None:
        """Price after price."""
        with requests.Session() as line:
            line.trust_env = False
            step, began_s = 0, time.monotonic() - BEGINS.second
            while not self._ended.wait(EVERY_S):
                second, step = int(time.monotonic() - began_s) % 60, step + 1
                eth = ETH + max(0, min((second - 2) * 10, (53 - second) * 4, 48)) + Decimal(step % 3) / 100
                btc = BTC + step % 5
                for product, price in (("ETH-USD", eth), ("BTC-USD", btc)):
                    body = {"do": "price", "product": product, "price": str(price), "size": "0.05"}
                    try:
                        line.post(self._control, json=body, timeout=60).raise_for_status()
                    except requests.RequestException as error:
                        self.error = repr(error)
                        return


def settings_for(broker: RunningBroker, folder: Path) -> dict[str, str]:
    """The service's variables for a live day there."""
    strategies, bots, told = folder / "strategies", folder / "bots.json", broker.told
    strategies.mkdir(exist_ok=True)
    (strategies / "every_minute.py").write_text(STRATEGY, encoding="utf-8")
    bots.write_text(json.dumps(BOTS), encoding="utf-8")
    return {
        "LOCKSTEP_FEED": "coinbase",
        "LOCKSTEP_VENUE": "coinbase",
        "LOCKSTEP_COINBASE_AT": told["root"],
        "LOCKSTEP_BOTS": str(bots),
        "STRATEGIES_DIR": str(strategies),
        "COINBASE_KEY_NAME": told["key_name"],
        "COINBASE_PRIVATE_KEY": told["private_key"],
    }


class CoinbaseDay(RehearsedDay):
    """The broker, and the service that may be killed and started anew."""

    host: str
    project: str
    settings: dict[str, str]

    @contextmanager
    def served(self) -> Iterator[None]:
        """The service, as it is started once."""
        with service(self.host, self.project, self.state, **self.settings) as running:
            self.service = running
            yield


@contextmanager
def coinbase_day(host: str, project: str, folder: Path) -> Iterator[CoinbaseDay]:
    """The broker with its prices until the block ends; `served` starts the service."""
    with running_coinbase("--plain", "--at", BEGINS.isoformat(), "--cash", f"USD={CASH}") as broker:
        day = CoinbaseDay(broker, None, host, project, folder / "state", ACCOUNT)  # type: ignore[arg-type]
        day.host, day.project, day.settings = host, project, settings_for(broker, folder)
        with Prices(broker.told["control"]):
            yield day
