"""A live account's engine at a loopback Angel One: how long from the tick that closes a bar until the broker has
answered the order. Started by tick_to_order; prints one JSON line.

Everything is the production's, wired by bootstrap: session, journal, relay, lease, store probe, mode watch, dispatch,
the broker's session, order routes, order socket and reports. The market alone is made up (minute_market): a minute of
it takes a fraction of a second, since a bar that closes is what an entry comes of.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.minute_market import BOUGHT_AT_EVERY_BAR, EVERY_BAR, Closed, MinuteMarket, Step
from engine.adapters.brokers.practice import MarketView
from engine.adapters.firestore.reader import CONTROLS, FirestoreDocuments
from engine.bootstrap import engine as wiring
from engine.bootstrap.angelone import AngelOne
from engine.bootstrap.market import open_market
from engine.bootstrap.outside import Outside, outside
from engine.bootstrap.traded import Market
from engine.bootstrap.venue import Edge
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.events import BrokerEvent
from engine.market_data.calendar import calendar_for
from engine.ports import Broker, Fields, Transaction
from engine.runtime.ending import EndWish
from engine.runtime.kill_signal import KillSignal
from engine.runtime.logs import configure_logs
from engine.runtime.session import Session
from engine.settings import read_settings
from engine.strategies.registry import also

DAY = "2026-11-23"  # a Monday
PAUSE_S = 0.27  # of nine orders a second Angel One's adapter leaves four to entries
PRICES = {"RELIANCE": 140_000, "SBIN": 82_000, "INFY": 150_000, "TCS": 310_000, "HDFCBANK": 98_000}  # as there
LIVE_WITHIN_S, ANSWERED_WITHIN_S = 30.0, 5.0
ADDRESS = "203.0.113.7"  # RFC 5737; what the loopback broker says that calls come from
BOTS = {  # minutes pass four a second: no order is to be taken back for it
    "cash": 100_000_000,
    "bots": [
        {"id": f"buys-{symbol.lower()}", "strategy": EVERY_BAR, "symbols": [symbol], "timeframe": "1m",
         "sizing": {"kind": "quantity", "value": 1}, "execution": {"replace_after_s": 86_400}}
        for symbol in PRICES
    ],
}  # fmt: skip


class Timed:
    """A Broker that notes when each order was answered, by symbol (monotonic, us); all else is the broker's."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.answered_us: dict[str, deque[int]] = defaultdict(deque)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue."""
        told = self._broker.submit(order)
        self.answered_us[order.symbol].append(time.monotonic_ns() // 1_000)
        return told


class Watched:
    """The account's way to the broker, with its orders timed."""

    def __init__(self, edge: Edge) -> None:
        self.timed: Timed | None = None
        self._open = edge.open
        self.edge = replace(edge, open=self._opened)

    def ways(self, closed: Sequence[Closed]) -> list[int]:
        """See `ways`; none before the broker was met."""
        return [] if self.timed is None else ways(closed, self.timed.answered_us)

    def _opened(self, market: MarketView) -> Broker:
        self.timed = Timed(self._open(market))
        return self.timed


def environment(told: Mapping[str, str], host: str, folder: Path) -> dict[str, str]:
    """The variables of a live account at the loopback broker, without its keys."""
    bots = folder / "bots.json"
    bots.write_text(json.dumps(BOTS), encoding="utf-8")
    return {
        "LOCKSTEP_ROLE": "engine",
        "GOOGLE_CLOUD_PROJECT": "demo-bench",
        "FIRESTORE_EMULATOR_HOST": host,
        "LOCKSTEP_STATE_DIR": str(folder / "state"),
        "LOCKSTEP_OWNER_UID": "bench",
        "LOCKSTEP_FEED": "angelone",
        "LOCKSTEP_VENUE": "angelone",
        "LOCKSTEP_ANGELONE_AT": told["root"],
        "LOCKSTEP_ANGELONE_CA": told["authority"],
        "LOCKSTEP_BOTS": str(bots),
    }


def arm(out: Outside) -> None:
    """As POST /accounts/{id}/arm writes it."""
    now, account_id = datetime.now(UTC), out.market.account.account_id
    armed = {"until": now + timedelta(hours=1), "by": "bench", "at": now}
    documents = FirestoreDocuments(out.wire, out.clock, lambda: 0.5)

    def change(transaction: Transaction) -> Fields:
        transaction.update(CONTROLS, account_id, {"armed": armed})
        return {}

    documents.change(account_id, change)


def taken_up(market: Market, told: Mapping[str, str]) -> AngelOne:
    """The broker behind the account, with the keys that the loopback one knows."""
    broker = market.broker
    assert isinstance(broker, AngelOne)
    keys = {name: told[name] for name in ("client_code", "pin", "totp_secret", "api_key")}
    broker.take_up(AngelOneCredentials(**keys, registered_ip=ADDRESS))
    return broker


def measure(session: Session, feed: MinuteMarket, watched: Watched, warm: int) -> None:
    """Once live is effective let the market go; print what came of it."""
    until = time.monotonic() + LIVE_WITHIN_S
    state = session.loop.engine.state
    while state.mode is not EffectiveMode.LIVE and time.monotonic() < until:
        time.sleep(0.05)
    feed.go.set()
    feed.done.wait()
    took, until = watched.ways(feed.closed), time.monotonic() + ANSWERED_WITHIN_S
    while len(took) < len(feed.closed) and time.monotonic() < until:
        time.sleep(0.05)
        took = watched.ways(feed.closed)
    took = took[warm:]
    found: dict[str, Any] = {"orders": len(took), "mode": state.mode.value, "reasons": "; ".join(state.mode_reasons)}
    if took:
        found |= {f"p{rank}_us": float(np.percentile(took, rank)) for rank in (50, 99)}
    print(json.dumps(found), flush=True)


def ways(closed: Sequence[Closed], answered_us: Mapping[str, Sequence[int]]) -> list[int]:
    """From each closing tick to the answer of the order that came of it, us; those without an answer are left out."""
    left = {symbol: deque(answered) for symbol, answered in list(answered_us.items())}
    took = []
    for one in closed:
        (symbol,) = one.step.symbols
        waiting = left.get(symbol, deque())
        while waiting and waiting[0] < one.let_out_us:  # of a tick before the first step
            waiting.popleft()
        if waiting:
            took.append(waiting.popleft() - one.let_out_us)
    return took


def main(told: Mapping[str, str], host: str, warm: int, orders: int, folder: Path) -> None:
    """Trade until the parent ends this process. The first `warm` orders, of code that is cold, are not counted."""
    configure_logs("bench")  # to stderr: what is printed is for the parent
    settings = read_settings(environment(told, host, folder))
    with also(BOUGHT_AT_EVERY_BAR):
        opened = open_market(settings)
        session = calendar_for("NSE").session_on(datetime.fromisoformat(DAY).date())
        assert session is not None
        symbols = tuple(PRICES)
        steps = [Step((symbols[number % len(symbols)],), PAUSE_S) for number in range(warm + orders)]
        feed = MinuteMarket("angelone", opened.feed.instruments(), session, PRICES, steps)
        edge = taken_up(opened, told).edge
        assert edge is not None
        watched = Watched(edge)
        with outside(settings, replace(opened, feed=feed, broker=None)) as out:
            end = EndWish()
            running = wiring.own_and_recover(out, end, watched.edge, KillSignal())
            arm(out)
            ready = (running.back.session, feed, watched, warm)
            threading.Thread(target=measure, args=ready, daemon=True).start()
            wiring.trade(out, running, end)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
