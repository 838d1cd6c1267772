"""A kill in real processes: an engine, a slow venue that refuses a cancellation, and the engine killed amid it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from tests.faults.fake_firestore import FakeFirestore
from tests.integration.engine_process import OWNER
from tests.venue.order_kills import ACCOUNT, PROJECT, SYMBOLS, Lives
from tests.venue.running import running_venue

SPEED = "300"
MANY = {
    "cash": 10_000_000,
    "seed": 7,
    "risk_policy": {"at_risk_max_pct": 90, "positions_max": 90},
    "bots": [
        {"id": f"bot-{number}", "strategy": "confluence", "symbols": list(SYMBOLS),
         "parameters": {"confirm_s": 0, "cooldown_s": 0, "buy_at": 5 + 5 * number, "sell_at": 100},
         "sizing": {"kind": "equity_pct", "value": 1}, **({"exits": {"stop_pct": 5}} if number == 0 else {})}
        for number in range(6)
    ],
}  # fmt: skip


class Floor:
    """An engine at a practice venue, and what store and venue have."""

    def __init__(self, lives: Lives) -> None:
        self.lives = lives
        self.engine: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the engine, again perhaps."""
        self.engine = self.lives.begin("journal", SPEED)

    def end(self, number: int = signal.SIGKILL) -> None:
        if self.engine is not None:
            self.engine.send_signal(number)
            self.engine.wait(60)

    def until(self, condition: Callable[[], bool], what: str, within_s: float = 90.0) -> None:
        """Wait for something."""
        until = time.monotonic() + within_s
        while not condition():
            assert self.engine is not None
            assert self.engine.poll() is None, f"the engine ended before {what}\n{self.lives.words()}"
            assert time.monotonic() < until, f"not within {within_s} s: {what}: {self.kill}\n{self.lives.words()}"
            time.sleep(0.05)

    @property
    def account(self) -> dict[str, Any]:
        return self.lives.store.get("accounts", ACCOUNT) or {}

    @property
    def kill(self) -> dict[str, Any]:
        """The kill that stands, as the account shows it; empty where none does."""
        return self.account.get("kill") or {}

    def step(self, number: int) -> dict[str, Any]:
        steps = self.kill.get("steps", [])
        return dict(steps[number]) if len(steps) > number else {"done": 0, "total": 0, "state": "waiting"}

    def alerts(self, begins: str) -> list[dict[str, Any]]:
        """Alerts whose kind begins so."""
        found = self.lives.store.all_of("alerts", ACCOUNT).values()
        return [alert for alert in found if alert["kind"].startswith(begins)]

    def working(self) -> list[str]:
        """Orders at work at the venue."""
        orders = self.lives.venue.book()["orders"]
        return [order["client_order_id"] for order in orders if order["state"] == "working"]

    def write_controls(self, which: str, **fields: Any) -> None:
        """Write controls as the API does."""
        wire = connect(PROJECT, self.lives.fake.host)
        request = commit_request(wire.database)
        add_set(request, name_of(wire.database, "controls", which), fields)
        wire.commit(request)
        wire.close()


@contextmanager
def _floor(folder: Path) -> Iterator[Floor]:
    fake = FakeFirestore()
    try:
        with running_venue("--whole") as venue:
            made = Floor(Lives(folder, fake, venue, MANY))
            made.begin()
            try:
                yield made
            finally:
                made.end()
    finally:
        fake.stop()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """An engine that holds ten positions, six at most with a resting stop, and has over twenty entries at work.

    From then on its venue is slow, and refuses one cancellation.
    """
    with _floor(tmp_path) as made:
        made.until(lambda: len(made.lives.store.all_of("open_positions", ACCOUNT)) >= 10, "ten positions")
        made.lives.venue.do("rest")
        made.until(lambda: len(made.working()) >= 30, "twenty entries at work, and resting stops")
        made.lives.venue.do("fill")
        made.lives.venue.do("slow", seconds=0.8)  # eight are asked at a time
        made.lives.venue.do("refuse_cancels", count=1)
        yield made


def test_a_kill_on_a_slow_venue_is_proven_step_by_step_also_when_the_engine_dies_amid_it(floor: Floor) -> None:
    switch = floor.lives.state / "KILL_SWITCH"
    switch.write_text("flatten\nodd prices")
    floor.until(lambda: bool(floor.kill), "the kill is shown")
    floor.until(lambda: floor.step(1)["done"] >= 3, "some orders are out")
    floor.end(signal.SIGKILL)
    amid = floor.kill
    assert amid["state"] == "running"
    floor.begin()
    floor.until(lambda: floor.kill.get("state") == "done", "every step is proven")

    kill = floor.kill
    assert (kill["by"], kill["reason"], kill["flatten"], kill["switch"]) == ("file", "odd prices", True, True)
    assert [step["state"] for step in kill["steps"]] == ["done"] * 3
    assert [step["total"] - step["done"] for step in kill["steps"]] == [0, 0, 0]
    assert kill["steps"][1]["total"] >= 20
    assert kill["steps"][2]["total"] >= 10
    assert floor.working() == []
    assert floor.lives.venue.book()["positions"] == []
    store = floor.lives.store
    floor.until(lambda: store.all_of("open_positions", ACCOUNT) == {}, "the books are flat in the store")
    named = {item["subject"] for item in kill["steps"][1]["items"]}
    floor.until(lambda: not named & _unended(store.all_of("orders", ACCOUNT)), "every order named has ended")
    floor.until(lambda: len(floor.alerts("kill")) >= 4, "its alerts are in the store")
    assert Counter(alert["kind"] for alert in floor.alerts("kill")) == {"kill": 1, "kill_step": 3}
    assert [alert.get("count", 1) for alert in floor.alerts("kill")] == [1] * 4

    floor.write_controls(ACCOUNT, user_id=OWNER, account_id=ACCOUNT, generation=50, resumed_at=datetime.now(UTC))
    floor.until(lambda: bool(floor.alerts("resume_refused")), "the resume is refused")
    switch.unlink()
    floor.until(lambda: floor.kill["switch"] is False, "the file is gone")
    assert floor.account["trading_state"] == "HALTED"
    floor.write_controls(ACCOUNT, user_id=OWNER, account_id=ACCOUNT, generation=51, resumed_at=datetime.now(UTC))
    floor.until(lambda: floor.account["kill"] is None, "the kill is lifted")
    assert floor.account["trading_state"] == "ACTIVE"


def test_a_signal_to_the_engines_process_kills_the_account_and_a_restart_does_not_lift_it(tmp_path: Path) -> None:
    with _floor(tmp_path) as floor:
        floor.until(lambda: bool(floor.account.get("engine", {}).get("pid")), "the engine says which process it is")
        assert floor.engine is not None
        assert floor.account["engine"]["pid"] == floor.engine.pid
        floor.engine.send_signal(signal.SIGUSR1)
        floor.until(lambda: bool(floor.kill), "the kill is shown", 5)
        assert (floor.kill["by"], floor.kill["flatten"]) == ("signal", False)
        floor.until(lambda: floor.kill["state"] == "done", "every step is proven")
        floor.end(signal.SIGTERM)
        orders = len(floor.lives.venue.book()["orders"])
        epoch = floor.account["engine"]["epoch"]
        floor.begin()
        floor.until(lambda: floor.account["engine"]["epoch"] > epoch, "another engine has the account")
        market_at = floor.account["market_at"]
        floor.until(lambda: (floor.account["market_at"] - market_at).total_seconds() > 1_200, "the market has moved on")
        assert (floor.kill["by"], floor.account["trading_state"]) == ("signal", "HALTED")
        assert len(floor.lives.venue.book()["orders"]) == orders


def test_a_kill_of_the_whole_service_reaches_the_account(tmp_path: Path) -> None:
    with _floor(tmp_path) as floor:
        floor.until(lambda: bool(floor.account.get("engine")), "the engine trades")
        floor.write_controls("service", killed=True, killed_reason="fire", killed_by="owner", kill_flatten=True)
        floor.until(lambda: floor.kill.get("state") == "done", "every step is proven")
        assert (floor.kill["by"], floor.kill["reason"]) == ("owner", "fire")
        assert floor.lives.venue.book()["positions"] == []


def _unended(orders: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, order in orders.items() if order["state"] not in ("cancelled", "expired", "filled")}
