"""Midnight passes over a position at the loopback Coinbase: its stop rests, nothing is cancelled or placed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.domain.account import Desired
from engine.domain.events import BotChanged, SessionOpened
from tests.adapters.brokers.coinbase.order_desk import OrderDesk
from tests.adapters.brokers.coinbase.traded_minutes import TradingMinutes
from tests.adapters.brokers.traded_minutes import STEPS

EVENING = datetime.fromisoformat("2026-11-23T23:56:30+00:00")
DAYS = ("2026-11-23", "2026-11-24")


class Night(TradingMinutes):
    """Prices stand; the next day opens when the clock has come to it, as the feed has it."""

    steps_of_price = (0,)

    def _minutes(self) -> None:
        super()._minutes()
        if (session := self.session()) != self.loop.engine.state.sessions["COINBASE"]:
            self.take(SessionOpened(session, session.open_at))

    @property
    def day(self) -> str:
        return self.loop.engine.state.ledger.day


def resting(desk: OrderDesk) -> list[str]:
    """Orders behind a trigger that work at the broker."""
    return [order.client_order_id for order in desk.orders if order.status == "OPEN" and order.stop is not None]


def test_a_stop_rests_at_coinbase_over_midnight_and_nothing_is_asked_of_it(desk: OrderDesk) -> None:
    desk.clock.jump(EVENING)
    night = Night(desk, 1, faults_pct=0)
    for _ in range(STEPS):
        if not resting(desk):
            night.step()
    bot = next(iter(night.loop.engine.state.bots.values())).spec
    night.take(BotChanged(replace(bot), Desired.STOPPED, 2))  # what it holds it keeps
    night.settle(20)
    (stop,), sent = resting(desk), desk.coinbase.calls("create_order")
    assert night.day == DAYS[0]
    while desk.clock.now() < EVENING.replace(day=24, hour=0, minute=5):
        night.step()
    assert night.day == DAYS[1]
    assert resting(desk) == [stop]
    assert (desk.coinbase.calls("cancel_orders"), desk.coinbase.calls("create_order")) == (0, sent)
    night.assert_tied()
