"""A signal that no strategy gave: a rehearsal alone takes it; any other account halts and decides nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.core.engine import Engine
from engine.domain.account import AccountSpec, Desired, Mode, TradingState
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.errors import InvalidValue
from engine.domain.events import BotChanged, InstrumentListed, SessionOpened, SignalSimulated
from engine.domain.records import OrderRecord, SignalRecord
from engine.domain.rehearsal import rehearsal_account
from engine.domain.signal import SignalType
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import session

ASKED = SignalSimulated("SIGNAL", "alpha", "ACME", SignalType.BUY)


def engine(spec: AccountSpec) -> Engine:
    made = Engine(spec, scripted({}))
    made.process(InstrumentListed(instrument()))
    made.process(BotChanged(bot(quantity=10), Desired.RUNNING, 1))
    made.process(SessionOpened(session(), session().open_at))
    made.process(tick("09:30:10", 500))
    return made


@pytest.mark.parametrize("spec", [account(), replace(account(), account_id="live-test", mode=Mode.LIVE)])
def test_a_real_account_halts_and_neither_signal_nor_order_comes_of_it(spec: AccountSpec) -> None:
    made = engine(spec)
    effects = made.process(ASKED)
    assert made.state.trading_state is TradingState.HALTED
    assert not made.state.orders
    records = [effect.record for effect in effects if isinstance(effect, PublishRecord)]
    assert not [record for record in records if isinstance(record, SignalRecord | OrderRecord)]
    assert not [effect for effect in effects if isinstance(effect, SubmitOrder)]


def test_a_rehearsal_sizes_it_asks_risk_and_orders() -> None:
    effects = engine(rehearsal_account(account())).process(ASKED)
    records = [effect.record for effect in effects if isinstance(effect, PublishRecord)]
    (signal,) = (record for record in records if isinstance(record, SignalRecord))
    (submit,) = (effect for effect in effects if isinstance(effect, SubmitOrder))
    assert (signal.signal_id, signal.order_id, submit.quantity) == ("SIGNAL", submit.order_id, Decimal(10))


@pytest.mark.parametrize("asked", [replace(ASKED, bot_id="beta"), replace(ASKED, symbol="NONE")])
def test_an_unknown_bot_or_symbol_is_named_and_changes_nothing(asked: SignalSimulated) -> None:
    made = engine(rehearsal_account(account()))
    before = made.state.sequence
    with pytest.raises(InvalidValue, match=f"{asked.bot_id} does not trade {asked.symbol}"):
        made.process(asked)
    assert made.state.sequence == before


def test_a_rehearsal_is_never_live() -> None:
    live = replace(account(), account_id="live-test", mode=Mode.LIVE)
    assert rehearsal_account(live).mode is Mode.PAPER
    with pytest.raises(InvalidValue, match="a rehearsal is on paper"):
        replace(live, rehearses="paper-test")
