"""Records out of the engine's state. Called by engine, decide, settle and control when something of it changed."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from engine.core.ledger import PERIODS, percent, period_end
from engine.core.orders import Order
from engine.core.performance import average_hold_s, expectancy, grade, profit_factor, win_rate
from engine.core.portfolio import ClosedTrade, Position
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
    EquityDayRecord,
    EquityPoint,
    OrderRecord,
    PositionRecord,
    ProfitRecord,
    SessionWindow,
)


def price_rounded(price: Decimal, instrument: Instrument) -> Decimal:
    """A price, an average maybe, in whole units of the instrument."""
    return price.quantize(Decimal(1).scaleb(-instrument.price_digits), ROUND_HALF_EVEN)


def publish_order(state: State, order: Order) -> None:
    """An order as it stands."""
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
        )
    )


def position_state(state: State, position: Position) -> str:
    """BUILDING while an entry is on its way, REDUCING while an exit is, else OPEN."""
    for order in state.open_orders(position.bot_id, position.symbol):
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
            trading_state=state.breaker.state,
            halted_reason=state.breaker.reason,
            market_at=state.now,
            session=window,
            invariant_broken=state.breaker.broken,
            held=state.breaker.halted is None and state.breaker.held is not None,
            start_cash=ledger.start_cash,
        )
    )


def publish_profits(state: State) -> None:
    """The ledger's roll-ups."""
    for period in PERIODS:
        profit = state.ledger.profits[period]
        state.publish(
            ProfitRecord(
                account_id=state.account.account_id,
                period=period,
                period_start=profit.start,
                gross_pnl=profit.gross_pnl,
                charges=profit.charges,
                net_pnl=profit.net_pnl,
                trades=profit.trades,
                wins=profit.wins,
                losses=profit.losses,
                break_even=profit.break_even,
                gross_profit=profit.gross_profit,
                gross_loss=profit.gross_loss,
                bots=dict(sorted(profit.bots.items())),
                period_end=period_end(period, profit.start),
                hold_s=profit.hold_s,
                first_exit_at=profit.first_exit_at,
                last_exit_at=profit.last_exit_at,
                win_rate=win_rate(profit.wins, profit.losses),
                profit_factor=profit_factor(profit.gross_profit, profit.gross_loss),
                expectancy=expectancy(profit.net_pnl, profit.trades),
                avg_hold_s=average_hold_s(profit.hold_s, profit.trades),
                grade=grade(profit.trades, profit.losses, profit.gross_profit, profit.gross_loss),
            )
        )


def publish_equity_day(state: State) -> None:
    """The day's equity line so far."""
    points = tuple(EquityPoint(mark.at, mark.equity) for mark in state.ledger.marks)
    state.publish(EquityDayRecord(state.account.account_id, state.ledger.day, points))


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
