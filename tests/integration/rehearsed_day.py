"""A stretch of a trading day at a loopback Angel One, and the whole service trading it live: both started by a test.

Prices are generated second by second: SBIN rises some seconds into each minute, RELIANCE stays about where it is. The
broker's clock begins shortly before a minute ends, so that the first bars close soon after the service trades.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from tests.brokers.angelone.running import RunningAngelOne, running_angel_one
from tests.brokers.loopback.running import RunningBroker
from tests.faults.patient import Patient
from tests.integration.engine_process import OWNER, Store
from tests.integration.service_process import Service, service

ACCOUNT = "live-angelone-rehearsal"
ADDRESS = "203.0.113.7"  # RFC 5737; what the loopback broker says that calls come from
DAY = "2026-11-23"  # a Monday
BEGINS = f"{DAY}T10:00:35+05:30"
MINUTES = 12
CASH = 1_000_000
STRATEGY = '''"""Buys at every bar's close while it holds nothing, for rehearsals. Long only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.strategy import Verdict
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import check_bounds, cooldown


@dataclass(frozen=True, slots=True)
class Parameters:
    """Nothing but a rest after a fill."""

    cooldown_s: int = cooldown(30)

    def __post_init__(self) -> None:
        check_bounds(self)


PRESETS: dict[str, Parameters] = {}


class EveryMinute:
    """One symbol's."""

    allow_short = False
    confirm_us = 0
    needs = ()

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    @property
    def cooldown_s(self) -> int:
        """After a fill."""
        return self._parameters.cooldown_s

    def on_bar(self, bar: Bar, values: Mapping[object, float | None]) -> Verdict:
        """BUY, always."""
        return Verdict("signal", 100.0, SignalType.BUY)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Why."""
        return ("A minute is over",)
'''
BOTS = {
    "cash": CASH,
    "bots": [
        {
            "id": "quick",
            "strategy": "every_minute",
            "symbols": ["SBIN"],
            "sizing": {"kind": "quantity", "value": 20},
            "exits": {"stop_pct": 2, "target_pct": 0.2},
        },
        {
            "id": "patient",
            "strategy": "every_minute",
            "symbols": ["RELIANCE"],
            "sizing": {"kind": "quantity", "value": 10},
            "exits": {"stop_pct": 3},
            "building": {"policy": "equal_size", "tranches_max": 1},
        },
    ],
}


def write_day(folder: Path) -> Path:
    """The ticks of the stretch, as a file of market data."""
    chance, at = random.Random(7), datetime.fromisoformat(f"{DAY}T10:00:00+05:30")
    rows = ["ts,symbol,price,quantity"]
    for second in range(MINUTES * 60):
        rise = max(0, second % 60 - 5) * 25  # paise: 0.2% of it takes some seven seconds
        sbin = 82_000 + 5 * chance.randint(-1, 1) + min(rise, 400)
        reliance = 140_000 + 10 * chance.randint(-2, 2)
        for symbol, paise in (("SBIN", sbin), ("RELIANCE", reliance)):
            moment = (at + timedelta(seconds=second)).isoformat()
            rows.append(f"{moment},{symbol},{paise // 100}.{paise % 100:02d},{chance.randint(1, 200)}")
    path = folder / f"ticks-{DAY}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def settings_for(broker: RunningAngelOne, folder: Path) -> dict[str, str]:
    """The service's variables for a live day there."""
    strategies, bots, told = folder / "strategies", folder / "bots.json", broker.told
    strategies.mkdir(exist_ok=True)
    (strategies / "every_minute.py").write_text(STRATEGY, encoding="utf-8")
    bots.write_text(json.dumps(BOTS), encoding="utf-8")
    return {
        "LOCKSTEP_FEED": "angelone",
        "LOCKSTEP_VENUE": "angelone",
        "LOCKSTEP_ANGELONE_AT": told["root"],
        "LOCKSTEP_ANGELONE_CA": told["authority"],
        "LOCKSTEP_BOTS": str(bots),
        "STRATEGIES_DIR": str(strategies),
        "ANGELONE_CLIENT_CODE": told["client_code"],
        "ANGELONE_PIN": told["pin"],
        "ANGELONE_TOTP_SECRET": told["totp_secret"],
        "ANGELONE_API_KEY": told["api_key"],
        "ANGELONE_REGISTERED_IP": ADDRESS,
    }


class RehearsedDay:
    """The broker and the service, and the service's documents of one account."""

    def __init__(
        self, broker: RunningBroker, running: Service, host: str, project: str, state: Path, account_id: str = ACCOUNT
    ) -> None:
        self.broker, self.service, self.state, self.account_id = broker, running, state, account_id
        self.store = Store(host, project)
        self._documents = FirestoreDocuments(Patient(connect(project, host)), SystemClock(), lambda: 0.5)

    def arm(self) -> None:
        """As POST /accounts/{id}/arm writes it."""
        now, account = datetime.now(UTC), self.account_id
        armed = {"until": now + timedelta(hours=1), "by": OWNER, "at": now}
        self._documents.change(account, lambda t: t.update("controls", account, {"armed": armed}) or {})

    def account(self) -> dict[str, Any]:
        """The account's document; empty before there is one."""
        return self.store.get("accounts", self.account_id) or {}

    def fills(self) -> dict[str, dict[str, Any]]:
        """The fills in the store."""
        return self.store.all_of("fills", self.account_id)

    def orders(self) -> dict[str, dict[str, Any]]:
        """The orders in the store."""
        return self.store.all_of("orders", self.account_id)


@contextmanager
def rehearsed_day(host: str, project: str, folder: Path) -> Iterator[RehearsedDay]:
    """Both running, until the block ends."""
    with running_angel_one("--ticks", str(write_day(folder)), "--at", BEGINS) as broker:
        state = folder / "state"
        with service(host, project, state, **settings_for(broker, folder)) as running:
            yield RehearsedDay(broker, running, host, project, state)
