"""The caps of a bot that is new on a live account: each allows its limit and refuses one unit more, with numbers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.core.engine import Engine
from engine.core.risk.canary import within_canary
from engine.core.risk.checks import ENTRY_CHECKS
from engine.domain.account import Desired, Mode
from engine.domain.canary import Canary
from engine.domain.effective import EffectiveMode
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.events import (
    BotChanged,
    BotRemoved,
    ClockTicked,
    Event,
    FillReceived,
    InstrumentListed,
    ModeChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.instant import MINUTE, SECOND
from engine.domain.records import BotForgotten, BotStatusRecord, Record, slot_of
from engine.domain.signal import SignalType
from engine.domain.sizing import Sizing, SizingKind
from tests.builders.desk import CASH, LOOSE
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.core.risk.test_limits import request, view

D = Decimal
BUY, SELL = SignalType.BUY, SignalType.SELL
START = at("09:20")
CAPS = Canary(notional_max=D(5_000), leverage_max=D("0.02"), symbols=("ACME",), trades=3)


def asked(quantity: str, price: str = "500", done: int = 0, canary: Canary | None = CAPS, **changes: Any) -> Any:
    wanted = replace(request(), quantity=D(quantity), price=D(price), limit_price=None)
    return within_canary(wanted, view(canary=canary, canary_trades=done, **changes))


CASES = [
    ("just under the worth", "9", "500", {}, True),
    ("exactly the worth", "10", "500", {}, True),
    ("a paisa over the worth", "1", "5000.01", {}, False),
    ("just under the leverage", "10", "500", {"bot_gross": D("14999.99")}, True),
    ("exactly the leverage", "10", "500", {"bot_gross": D(15_000)}, True),
    ("a paisa over the leverage", "10", "500", {"bot_gross": D("15000.01")}, False),
]


@pytest.mark.parametrize(("case", "quantity", "price", "changes", "ok"), CASES, ids=[case[0] for case in CASES])
def test_each_cap_allows_its_limit(case: str, quantity: str, price: str, changes: dict[str, Any], ok: bool) -> None:
    result = asked(quantity, price, **changes)
    assert (result.check, result.ok) == ("canary", ok)
    assert bool(result.detail) != ok


def test_the_reason_has_the_numbers_and_how_far_the_bot_is() -> None:
    assert asked("1", "5000.01", done=1).detail == (
        "Worth 5000.01, canary limit 5000.00: the bot is new here (1 of 3 trades closed)"
    )
    assert "would hold 20000.01, canary limit 20000.00 (0.02 times the equity)" in (
        asked("10", "500", bot_gross=D("15000.01")).detail
    )
    assert "ACME is not among OTHER" in asked("1", canary=replace(CAPS, symbols=("OTHER",))).detail


@pytest.mark.parametrize(("done", "ok"), [(2, False), (3, True), (4, True)])
def test_the_caps_lift_with_the_last_trade(done: int, ok: bool) -> None:
    assert asked("100", done=done).ok is ok


def test_no_caps_off_a_live_account() -> None:
    assert asked("100", canary=None).ok


def test_the_canary_is_one_of_the_checks() -> None:
    assert within_canary in ENTRY_CHECKS


class LiveDesk:
    """A bot on a live account that buys ten and sells them, a trade in two minutes; its canary lifts after two."""

    def __init__(self) -> None:
        self.spec = replace(bot(strategy="up", quantity=10), canary=Canary(trades=2))
        self.records: list[Record] = []
        self.minute = 0
        self.engine = self.new_engine()
        self.change()

    def new_engine(self) -> Engine:
        every = {START + n * MINUTE: BUY if n % 2 else SELL for n in range(1, 60)}
        engine = Engine(
            replace(account(str(CASH), LOOSE), account_id="live-test", mode=Mode.LIVE),
            scripted({"up": every, "down": every}),
        )
        engine.process(InstrumentListed(instrument()))
        return engine

    def take(self, event: Event) -> None:
        effects = self.engine.process(event)
        self.records += [effect.record for effect in effects if isinstance(effect, PublishRecord)]
        for sent in (effect for effect in effects if isinstance(effect, SubmitOrder)):
            self.take(FillReceived(sent.order_id, sent.order_id, sent.quantity, D(500), sent.at))

    def change(self, **changes: Any) -> None:
        """Its spec is another one, or it begins; the account is live."""
        self.spec = replace(self.spec, **changes)
        self.take(BotChanged(self.spec, Desired.RUNNING, 1))
        self.take(SessionOpened(session(), session().open_at))
        self.take(ModeChanged(EffectiveMode.LIVE))

    def trade(self, times: int) -> None:
        for _ in range(2 * times):
            self.minute += 1
            self.take(tick(START + self.minute * MINUTE - SECOND, "500"))
            self.take(ClockTicked(START + self.minute * MINUTE))

    def forget(self) -> None:
        self.take(BotRemoved(self.spec.bot_id))
        assert self.engine.state.bots == {}

    def restart(self) -> None:
        """From what was written down, one record a document: of a bot that is forgotten there is none."""
        kept = {(record.collection, record.document_id, slot_of(record)): record for record in self.records}
        sequence, self.engine = self.engine.state.sequence, self.new_engine()
        left = tuple(record for record in kept.values() if not isinstance(record, BotForgotten))
        self.take(Recovered(left, sequence))

    @property
    def done(self) -> int | None:
        """Trades that its canary counts; None where it is lifted."""
        status = next(r for r in reversed(self.records) if isinstance(r, BotStatusRecord))
        return None if status.canary is None else status.canary.trades_done


def test_the_canary_counts_what_the_bot_closes() -> None:
    desk = LiveDesk()
    assert desk.done == 0
    desk.trade(1)
    assert desk.done == 1
    desk.trade(1)
    assert desk.done is None


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(("changes", "done"), [
    ({"name": "Another name"}, None), ({"sizing": Sizing(SizingKind.QUANTITY, D(20))}, None),
    ({"strategy": "down"}, 0), ({"parameters": {"n": 1}}, 0), ({"timeframe": "3m"}, 0),
])  # fmt: skip
def test_a_bot_that_decides_by_something_else_is_new(
    changes: dict[str, Any], done: int | None, restarted: bool
) -> None:
    desk = LiveDesk()
    desk.trade(2)
    if restarted:
        desk.restart()
    desk.change(**changes)
    assert desk.done == done


@pytest.mark.parametrize("restarted", [False, True])
def test_a_bot_that_is_made_anew_under_an_old_id_is_new(restarted: bool) -> None:
    desk = LiveDesk()
    desk.trade(2)
    desk.forget()
    if restarted:
        desk.restart()
    desk.change()
    assert desk.done == 0
    desk.trade(1)
    assert desk.done == 1


def test_a_restart_amid_the_canary_goes_on_with_it() -> None:
    desk = LiveDesk()
    desk.trade(2)
    desk.forget()
    desk.change()
    desk.trade(1)
    desk.restart()
    desk.change()
    assert desk.done == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("notional_max", D(0)), ("notional_max", D("NaN")), ("leverage_max", D(0)), ("leverage_max", D(11)),
     ("trades", -1), ("symbols", ("A", "A"))],
)  # fmt: skip
def test_bad_caps_are_named(name: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=f"canary.{name}"):
        Canary(**{name: value})
