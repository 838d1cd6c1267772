"""An account that holds a thousand shares at 500 of a million, without charges or slippage: 10 a share is one percent.

Feeds the trip tests: a price says what the account has lost, to the paisa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain.account import Desired
from engine.domain.events import BotChanged, Event, InstrumentListed, Recovered, SessionOpened
from engine.domain.instant import MINUTE, SECOND
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop
from tests.builders.market import instrument, tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session

BUY, SELL = SignalType.BUY, SignalType.SELL
LOOSE = RiskPolicy(
    notional_max_pct=Decimal(100), at_risk_max_pct=Decimal(100), slippage_max_bps=Decimal(500), quote_age_max_s=86_400
)
SHARES = 1_000
PRICE = Decimal(500)
SCRIPT = {at(clock): BUY for clock in ("09:30",)}


def policy(**limits: Any) -> RiskPolicy:
    """Loose checks, the default breakers, and what a test sets."""
    return replace(LOOSE, **limits)


def losing(
    script: dict[int, SignalType] | None = None,
    *,
    limits: RiskPolicy = LOOSE,
    model: FillModel | None = None,
    cash: str = "1000000",
) -> Books:
    """The account before its first price; `script` says at which closes the bot wants what."""
    return paper_loop(
        (bot(strategy="script", quantity=SHARES),),
        make_strategy=scripted({"script": SCRIPT if script is None else script}),
        spec=account(cash, policy=limits, charge_schedule="none"),
        model=model or FillModel(slippage_bps=0),
    )


def priced(clock: str, price: Decimal | str | int, day: str | None = None) -> tuple[Event, Event]:
    """A price before a whole minute, and the first one after it: the bar is judged, what it orders is filled."""
    moment = at(clock) if day is None else at(clock, day)
    return tick(moment - 10 * SECOND, price), tick(moment + SECOND, price)


def holding(script: dict[int, SignalType] | None = None, **options: Any) -> Books:
    """Bought at 09:30."""
    books = losing(script, **options)
    books.step(*priced("09:30", PRICE))
    assert [fill.price for fill in books.fills] == [PRICE]
    return books


def lost(pct: Decimal | str) -> Decimal:
    """The price at which what is held has cost the account so many percent of its million."""
    return PRICE - Decimal(pct) * 10


def opened(day: str, *, held_over: bool = False) -> SessionOpened:
    """A day's session begins; with `held_over`, one that flattens nothing."""
    trading = replace(session(day), flatten_at=None) if held_over else session(day)
    return SessionOpened(trading, trading.open_at)


def restarted(books: Books, script: dict[int, SignalType], day: str, *, limits: RiskPolicy = LOOSE) -> Books:
    """Another process goes on from what this one wrote down, on that day."""
    fresh = Books()
    spec = account(policy=limits, charge_schedule="none")
    fresh.loop = PaperLoop(spec, scripted({"script": script}), fresh.effects.append, model=FillModel(slippage_bps=0))
    fresh.step(InstrumentListed(instrument()), Recovered(books.newest(), books.effects[-1].sequence), opened(day))
    fresh.step(BotChanged(bot(strategy="script", quantity=SHARES), Desired.RUNNING, 2))
    return fresh


def reasons(books: Books) -> Sequence[str | None]:
    """Why each signal led to no order; None where it did."""
    return [signal.blocking_reason for signal in books.signals]


def quiet_minutes(first: str, count: int, price: Decimal | int = PRICE) -> list[Event]:
    """A price in each of so many minutes."""
    return [tick(at(first) + number * MINUTE + SECOND, price) for number in range(count)]
