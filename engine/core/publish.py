"""Records out of the engine's state. Called by whoever in the core has changed something of it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from engine.core.audit import note_order
from engine.core.ledger import percent
from engine.core.orders import Order
from engine.core.portfolio import ClosedTrade, Position
from engine.core.risk.adaptive import adapted
from engine.core.state import State
from engine.domain.identity import alert_id, trade_id
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession
from engine.domain.order import Purpose
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    BarRecord,
    ClosedTradeRecord,
    OrderRecord,
    PositionRecord,
    SessionWindow,
)
from engine.domain.risk import kept_policy

_TIMES = Decimal("0.0001")
_PRICE_UNITS = tuple(Decimal(1).scaleb(-digits) for digits in range(11))  # no instrument has more digits


def price_rounded(price: Decimal, instrument: Instrument) -> Decimal:
    """A price, an average maybe, in whole units of the instrument."""
    return price.quantize(_PRICE_UNITS[instrument.price_digits], ROUND_HALF_EVEN)


def publish_order(state: State, order: Order) -> None:
    """An order as it stands; its new steps are noted in the audit log."""
    note_order(state, order)
    instrument = state.instruments[order.symbol]
    filled = order.filled_quantity
    state.publish(
        OrderRecord(
            order_id=order.order_id,
            bot_id=order.bot_id,
            signal_id=order.signal_id,
            symbol=order.symbol,
            side=order.side,
            order_type=order.order_type,
            quantity=order.quantity,
            limit_price=order.limit_price,
            state=order.state,
            filled_quantity=filled,
            average_price=price_rounded(order.filled_turnover / filled, instrument) if filled else None,
            venue_order_id=order.venue_order_id,
            reason=order.reason,
            purpose=order.purpose,
            exit_reason=order.exit_reason,
            stop_price=order.stop_price,
            history=tuple(order.history),
            created_at=order.created_at,
            decision_price=order.price or None,
            at_risk_pct=order.at_risk_pct,
            checks=order.checks,
            trigger_price=order.trigger_price,
            execution_mode=order.mode,
            withdrawn_by=order.withdrawn_by,
        )
    )


def position_state(state: State, position: Position) -> str:
    """BUILDING while an entry is on its way, REDUCING while an exit is, else OPEN."""
    for order in state.open_orders(position.bot_id, position.symbol):
        if order.purpose is not Purpose.PROTECT:
            return "REDUCING" if order.purpose is Purpose.EXIT else "BUILDING"
    return "OPEN"


def publish_position(state: State, position: Position) -> None:
    """An open position at its last price."""
    price = state.tapes[position.symbol].price()
    pnl = position.unrealized(price)
    state.publish(
        PositionRecord(
            bot_id=position.bot_id,
            symbol=position.symbol,
            quantity=position.quantity,
            cost=position.cost,
            entry_price=price_rounded(position.entry_price, position.instrument),
            current_price=price,
            pnl=pnl,
            pnl_percent=percent(pnl, position.cost),
            realized_pnl=position.realized_gross,
            charges=position.charges,
            state=position_state(state, position),
            tranches=tuple(position.tranches),
            stop_price=position.stop_price,
            target_price=position.target_price,
            entry_time=position.entry_time,
            opened_quantity=position.opened_quantity,
            opened_value=position.opened_value,
            closed_value=position.closed_value,
            fill_ids=tuple(position.fill_ids),
            stop_reason=position.stop_reason,
            best_price=position.best_price,
            break_even_price=position.break_even_price,
            stops=position.stops,
        )
    )


def publish_trade(state: State, trade: ClosedTrade, day: str | None = None) -> None:
    """A round trip; `day` is the trading day it was booked on, where that is not the account's present one."""
    instrument = state.instruments[trade.symbol]
    state.publish(
        ClosedTradeRecord(
            trade_id=trade_id(state.account.account_id, trade.bot_id, trade.symbol, trade.fill_ids[0]),
            bot_id=trade.bot_id,
            symbol=trade.symbol,
            side=trade.side,
            quantity=trade.quantity,
            entry_at=trade.entry_at,
            entry_price=price_rounded(trade.entry_price, instrument),
            exit_at=trade.exit_at,
            exit_price=price_rounded(trade.exit_price, instrument),
            gross_pnl=trade.gross_pnl,
            charges=trade.charges,
            net_pnl=trade.net_pnl,
            exit_reason=trade.exit_reason,
            fill_ids=trade.fill_ids,
            day=day or state.ledger.day,
        )
    )


def publish_account(state: State) -> None:
    """The account's money now."""
    ledger, account = state.ledger, state.account
    equity, unrealized = state.equity(), state.unrealized()
    session = state.sessions[min(state.sessions)] if state.sessions else None
    window = None
    if session is not None:
        window = SessionWindow(
            session.day,
            session.open_at,
            session.close_at,
            session.entry_from,
            session.entry_until,
            session.flatten_at,
        )
    state.publish(
        AccountRecord(
            account_id=account.account_id,
            name=account.name,
            market=account.market,
            currency=account.currency,
            cash=ledger.cash,
            equity=equity,
            start_equity_day=ledger.start_equity_day,
            start_equity_week=ledger.start_equity_week,
            realized_pnl_day=ledger.realized_gross_day - ledger.charges_day,
            unrealized_pnl=unrealized,
            charges_day=ledger.charges_day,
            pnl_pct_day=percent(equity - ledger.start_equity_day, ledger.start_equity_day),
            pnl_pct_week=percent(equity - ledger.start_equity_week, ledger.start_equity_week),
            high_water_mark=ledger.high_water_mark,
            drawdown_pct=ledger.drawdown_pct(equity),
            trading_state=state.trading_state,
            halted_reason=state.breaker.reason,
            market_at=state.now,
            session=window,
            invariant_broken=state.breaker.broken,
            held=state.breaker.by_itself,
            start_cash=ledger.start_cash,
            kill=state.kill,
            policy_in_force=kept_policy(state.policy),
            policy_next=None if state.policy_next is None else kept_policy(state.policy_next),
            policy_adapted=adapted(state.policy, ledger.losing_days, ledger.drawdown_pct(equity))[1],
            losing_days=ledger.losing_days,
            leverage=_leverage(state, equity),
            trips=state.breaker.shown,
            losses_in_a_row=ledger.losses_in_a_row,
        )
    )


def _leverage(state: State, equity: Decimal) -> Decimal:
    """Worth of all positions, without sign, in times of the equity, four decimals; 0 without equity."""
    gross = sum((abs(p.value(state.tapes[p.symbol].price())) for p in state.portfolio.all()), Decimal(0))
    return (gross / equity).quantize(_TIMES, ROUND_HALF_EVEN) if equity > 0 else Decimal(0)


def publish_bar(state: State, bar: Bar, session: TradingSession | None = None) -> None:
    """A closed bar, for charts; `session` is its own where that is not the present one."""
    instrument = state.instruments[bar.symbol]
    session = session or state.session_of(bar.symbol)
    if session is None:
        return
    price_of = instrument.price_of
    state.publish(
        BarRecord(
            account_id=state.account.account_id,
            symbol=bar.symbol,
            timeframe=bar.timeframe,
            day=session.day,
            slot=session.minute_label(bar.open_at),
            at=bar.open_at,
            open=price_of(bar.open),
            high=price_of(bar.high),
            low=price_of(bar.low),
            close=price_of(bar.close),
            volume=bar.volume,
        )
    )


def publish_alert(state: State, severity: str, kind: str, subject: str, text: str) -> None:
    """Something a person should know; the same kind and subject is the same alert."""
    identity = alert_id(state.account.account_id, kind, subject)
    state.publish(AlertRecord(identity, severity, kind, text, state.now))
