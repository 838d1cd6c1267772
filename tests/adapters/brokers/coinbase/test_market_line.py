"""One connection to Coinbase's market socket, over scripted sockets and a clock that stands: what it asks for, when it
is given up, and how long time waits for it.
"""

from __future__ import annotations

import json

import pytest

from engine.adapters.brokers.coinbase.prices.market_line import HELD_S, MarketLine
from engine.adapters.brokers.coinbase.prices.trades import Heard, Trades
from engine.adapters.brokers.connection.socket_line import SocketEnded
from engine.domain.errors import BackPressure, OperatingError
from engine.domain.instant import moment_of
from engine.domain.market import Tick
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.coinbase.printed import BTC, ETH, TEN, heartbeat, instrument, message, trade, trades
from tests.adapters.brokers.live_prices.scripted_wire import ScriptedWire, Step


class Line:
    """A line of two products, opened by hand. `lives` are sockets, or what opening one raises."""

    def __init__(self, *lives: list[Step] | OperatingError) -> None:
        self.clock, self.lives, self.wires = ManualClock(moment_of(TEN)), list(lives), list[ScriptedWire]()
        heard = [Heard(instrument(symbol), (symbol,)) for symbol in (BTC, ETH)]
        self.line = MarketLine(1, Trades(heard), self._open, self.clock, lambda attempt: 1.0)

    def _open(self) -> ScriptedWire:
        life = self.lives.pop(0)
        if isinstance(life, OperatingError):
            raise life
        self.wires.append(ScriptedWire(self.clock, life))
        return self.wires[-1]

    def opened(self) -> Line:
        """With a connection, or with the failure to have one."""
        self.line.open()
        return self

    def ticks(self, steps: int = 1) -> list[Tick]:
        """Of so many looks."""
        events = [event for _ in range(steps) for event in [*self.line.read(), *self.line.look()]]
        return [event for event in events if isinstance(event, Tick)]

    def asked(self) -> list[tuple[str, str, list[str]]]:
        """What was sent over the last connection."""
        said = [json.loads(text) for text in self.wires[-1].sent]
        return [(each["type"], each["channel"], each.get("product_ids", [])) for each in said]


BOTH = [trades(0, trade(100), kind="snapshot"), trades(1, trade(100, symbol=ETH), kind="snapshot")]


def test_trades_and_heartbeats_are_asked_for_of_our_own_set_with_every_connection() -> None:
    here = Line([], []).opened()
    wanted = [("subscribe", "market_trades", [BTC, ETH]), ("subscribe", "heartbeats", [])]
    assert here.asked() == wanted
    assert here.opened().asked() == wanted


def test_a_hole_in_the_count_of_messages_asks_for_everything_anew_once() -> None:
    here = Line([*BOTH, heartbeat(2), heartbeat(4), heartbeat(5)]).opened()
    here.ticks(5)
    assert here.line.trades.counts.gaps == 1
    assert here.asked()[2:] == [
        ("unsubscribe", "market_trades", [BTC, ETH]), ("subscribe", "market_trades", [BTC, ETH]),
    ]  # fmt: skip


def test_a_new_connection_counts_its_messages_anew() -> None:
    here = Line([*BOTH, heartbeat(2)], [*BOTH, heartbeat(2)]).opened()
    here.ticks(3)
    here.opened().ticks(3)
    assert here.line.trades.counts.gaps == 0


def test_what_is_no_message_is_counted_and_a_complaint_is_kept_for_people() -> None:
    odd: list[Step] = ["{", "[]", b"\x00", "7", '{"channel": 1}', message("status", 2), message("unheard_of", 3)]
    here = Line([*BOTH, *odd, '{"type": "error", "message": "no such product"}', trades(4, trade(101))]).opened()
    assert [tick.quantity for tick in here.ticks(12)] == [0.002, 0.002, 0.002]
    assert here.line.trades.counts.unreadable == 5
    assert here.line.view.complaint == "Coinbase's market socket complains: no such product"


def test_heartbeats_without_trades_bring_a_question_and_then_the_end() -> None:
    here = Line([*BOTH, *(heartbeat(number) for number in range(2, 400))]).opened()
    while here.line.wire is not None:
        here.ticks()
    assert ("subscribe", "market_trades", [BTC, ETH]) in here.asked()[2:]
    assert here.line.view.why.startswith("Coinbase's market socket fell silent: no price for")
    assert here.clock.monotonic() <= 26


def test_an_open_connection_that_says_nothing_is_given_up_within_25_s() -> None:
    here = Line([*BOTH]).opened()
    while here.line.wire is not None:
        here.ticks()
    assert "nothing came for 24 s" in here.line.view.why
    assert here.clock.monotonic() <= 25.5


def test_time_waits_for_a_connection_that_is_away_but_not_for_ever() -> None:
    here = Line([*BOTH, heartbeat(2), SocketEnded(1006, "", "Coinbase")], BackPressure("no socket")).opened()
    here.ticks(3)
    assert not here.line.interrupted
    here.ticks()
    assert (here.line.wire, here.line.interrupted) == (None, True)
    here.opened()
    here.clock.advance(HELD_S - 1)
    assert here.line.interrupted
    here.clock.advance(1.5)
    assert not here.line.interrupted


def test_time_waits_while_a_connection_is_silent_and_while_snapshots_are_awaited() -> None:
    here = Line([*BOTH]).opened()
    assert here.line.interrupted, "no snapshot yet"
    here.ticks(2)
    assert not here.line.interrupted
    here.clock.advance(2.0)
    assert here.line.interrupted, "not even a heartbeat"


@pytest.mark.parametrize(
    "trouble", [BackPressure("no socket to Coinbase (gaierror)"), SocketEnded(1000, "bye")], ids=str
)
def test_what_ends_or_prevents_a_connection_is_said(trouble: OperatingError) -> None:
    here = Line(trouble).opened()
    assert (here.line.view.state, here.line.view.why) == ("resting", str(trouble))
