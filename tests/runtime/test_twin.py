"""The paper twin beside a live account: what being live cost, what was missed, and no way to a broker or to harm."""

from __future__ import annotations

import ast
import threading
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from engine.domain.account import Desired, Mode
from engine.domain.broker import BrokerReport
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.errors import CannotStart
from engine.domain.events import (
    BotChanged,
    BotRemoved,
    BrokerReported,
    Event,
    FillReceived,
    InstrumentListed,
    ModeChanged,
    OrderAccepted,
    OrderExpired,
    ReportBegun,
    SessionOpened,
)
from engine.domain.instant import MINUTE, SECOND
from engine.domain.market import Tick
from engine.domain.order import Purpose
from engine.domain.records import TwinRecord
from engine.domain.signal import SignalType
from engine.outbox.memory import MemoryJournal
from engine.runtime.broker_loop import BrokerLoop
from engine.runtime.engine_tap import TappedEngine
from engine.runtime.twin import Twin, twin_account
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Batches

D = Decimal
LIVE = replace(account(), account_id="live-test", mode=Mode.LIVE)
SCRIPT = {
    at("09:31"): SignalType.BUY,
    at("09:34"): SignalType.SELL,
    at("09:41"): SignalType.BUY,
    at("09:44"): SignalType.SELL,
}
ROOT = Path(__file__).parents[2]


class LivePair:
    """A live engine whose venue is a test's, and its twin listening."""

    def __init__(self, capacity: int = 10_000) -> None:
        self.clock = ManualClock()
        self.outbox = Batches(MemoryJournal(self.clock))
        self.twin = Twin(LIVE, scripted({"script": SCRIPT}), self.outbox, self.clock)  # type: ignore[arg-type]
        self.twin.tap._capacity = capacity
        tapped = partial(TappedEngine, taps=[self.twin.tap])
        self.loop = BrokerLoop(LIVE, scripted({"script": SCRIPT}), lambda effect: None, tapped)
        self.worse = D(0)  # currency that the venue fills live orders worse by
        self.fills = True
        self.parts = 0
        self.now = at("09:30")
        self.step(
            InstrumentListed(instrument()),
            BotChanged(bot("alpha", strategy="script", quantity=10), Desired.RUNNING, 1),
            SessionOpened(session(), session().open_at),
            ModeChanged(EffectiveMode.LIVE),
            ReportBegun(),
            BrokerReported(BrokerReport((), (), (), self.now)),
        )

    def step(self, *events: Event) -> None:
        for event in events:
            self.loop.step(event)

    def price(self, when: str, price: int) -> None:
        """A tick, at which the venue has its word on what was asked for by then."""
        self.step(Tick("ACME", at(when), price, 1.0))
        asked, self.loop.asked[:] = list(self.loop.asked), []
        for order in asked:
            if not isinstance(order, SubmitOrder) or order.purpose is Purpose.PROTECT:
                continue
            if not self.fills and order.purpose is Purpose.ENTRY:
                self.step(OrderExpired(order.order_id, "no answer in time", at(when)))
                continue
            filled_at = D(price) / 100 + self.worse * order.side.sign
            self.step(
                OrderAccepted(order.order_id, f"V-{order.order_id}", at(when)),
                FillReceived(order.order_id, f"F-{order.order_id}", order.quantity, filled_at, at(when)),
            )

    def round_trip(self) -> None:
        """Bought at 500.00 and sold at 510.00, by the script, at a tick after each close."""
        self.price("09:30:50", 50_000)
        self.price("09:31:05", 50_000)
        self.price("09:33:50", 50_500)
        self.price("09:34:05", 51_000)
        self.price("09:35:01", 51_000)

    def told(self) -> TwinRecord:
        """The bot's comparison as it was written last."""
        self.twin.follow()
        self.clock.advance(11)
        self.twin.follow()
        return self.outbox.all(TwinRecord)[-1]


def test_what_being_live_cost_is_told_in_basis_points_and_money() -> None:
    pair = LivePair()
    pair.worse = D("0.50")
    pair.round_trip()
    found = pair.told()
    assert (found.compared, found.missed, found.alone) == (2, 0, 0)
    entry, leaving = found.fills
    # the paper venue fills at the price plus 1 basis point against us: 500.05 and 509.95
    assert (entry.paper_price, entry.live_price, entry.slippage_bps) == (D("500.05"), D("500.5"), D("9.00"))
    assert (leaving.paper_price, leaving.live_price, leaving.slippage_bps) == (D("509.95"), D("509.5"), D("8.82"))
    assert found.slippage_cost == D("9.00")  # 45 paise on ten shares, twice
    assert found.slippage_bps == D("8.91")
    assert (found.trades_live, found.trades_paper) == (1, 1)
    assert found.net_pnl_paper - found.net_pnl_live == D("9.00")
    assert found.twin_account == "paper-test-twin"


def test_an_entry_that_the_live_account_missed_is_counted_with_its_reason() -> None:
    pair = LivePair()
    pair.fills = False
    pair.round_trip()
    found = pair.told()
    assert (found.compared, found.missed, found.trades_live, found.trades_paper) == (0, 1, 0, 1)
    assert found.missed_reasons == {"no answer in time": 1}
    assert found.slippage_bps is None
    (fill,) = found.fills
    assert (fill.live_price, fill.missed) == (None, "no answer in time")


def test_a_dry_account_misses_what_its_twin_trades() -> None:
    pair = LivePair()
    pair.step(ModeChanged(EffectiveMode.DRY, ("The account is not armed",)))
    pair.round_trip()
    found = pair.told()
    assert (found.compared, found.missed) == (0, 1)
    assert list(found.missed_reasons) == ["dry"]


def test_an_order_that_still_works_is_neither_missed_nor_compared() -> None:
    pair = LivePair()
    for when in ("09:30:50", "09:31:05"):
        pair.step(Tick("ACME", at(when), 50_000, 1.0))
    assert pair.loop.asked
    found = pair.told()
    assert (found.compared, found.missed, found.alone) == (0, 0, 0)


def test_the_next_session_begins_anew() -> None:
    pair = LivePair()
    pair.round_trip()
    assert pair.told().compared == 2
    pair.step(SessionOpened(session("2026-03-03"), session("2026-03-03").open_at))
    pair.twin.follow()
    assert list(pair.twin.books.records()) == []
    assert pair.twin.books.since == session("2026-03-03").open_at


def test_a_deleted_bot_is_told_of_no_more() -> None:
    pair = LivePair()
    pair.round_trip()
    pair.told()
    pair.step(BotRemoved("alpha"))
    pair.price("09:41:05", 51_000)
    before = len(pair.outbox.all(TwinRecord))
    pair.twin.follow()
    pair.clock.advance(20)
    pair.twin.follow()
    assert len(pair.outbox.all(TwinRecord)) == before


def test_a_twin_that_fails_ends_itself_with_a_reason_and_the_live_account_goes_on() -> None:
    pair = LivePair()
    pair.twin._loop = None
    pair.twin._sink = lambda effect: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    pair.round_trip()
    pair.twin.follow()
    assert pair.twin.books.stopped == "it failed: ZeroDivisionError: division by zero"
    assert pair.twin.tap.closed
    assert pair.loop.engine.state.bots["alpha"].trades == 1, "the live account traded its round trip"


def test_a_twin_that_cannot_keep_up_says_so_and_holds_nothing_back() -> None:
    pair = LivePair(capacity=50)
    pair.round_trip()
    for second in range(100):
        pair.step(Tick("ACME", at("09:35:30") + second * SECOND, 51_000, 1.0))
    pair.step(Tick("ACME", at("09:35:30") + 3 * MINUTE, 51_000, 1.0))
    pair.twin.follow()
    assert pair.twin.books.stopped == "it could not keep up with the prices"
    assert len(pair.twin.tap) == 0


def test_no_paper_account_has_a_twin_and_no_twin_is_live() -> None:
    with pytest.raises(CannotStart, match="paper account"):
        twin_account(account())
    twin = twin_account(LIVE)
    assert (twin.mode, twin.account_id) == (Mode.PAPER, "paper-test-twin")


@pytest.mark.parametrize("name", ["twin", "twin_books"])
def test_a_twin_knows_nothing_that_leads_to_a_broker(name: str) -> None:
    tree = ast.parse((ROOT / "engine" / "runtime" / f"{name}.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    leads = {"dispatch", "outgoing", "broker_loop", "counterpart", "session", "reconciliation", "last_word", "lookups"}
    assert not {module for module in imported if module and module.rpartition(".")[2] in leads}
    assert not {module for module in imported if module and module.startswith("engine.adapters")}


def test_at_the_end_a_twin_leaves_what_it_has_not_heard_yet() -> None:
    pair = LivePair()
    for number in range(500):
        pair.price("09:30:50", 50_000 + number % 7)
    heard, stop = len(pair.twin.tap), threading.Event()
    stop.set()
    pair.twin.follow(stop.is_set)
    assert heard - len(pair.twin.tap) == 100
    pair.twin.run(stop)
    assert pair.twin.tap.closed
