"""Going on from what was written down: records back into state. Called by engine.py once, before any price.

The newest record of each state is enough: positions carry their tranches, bots their last fills, the account its cash.
Open orders come back open: whoever knows what became of them says so next (a simulated venue forgot them: cancelled).
"""

from __future__ import annotations

from engine.core.ledger import Mark, Profit
from engine.core.orders import TERMINAL
from engine.core.policy import recover_policy
from engine.core.portfolio import Position
from engine.core.reopened import put_back_order
from engine.core.settle import set_triggers
from engine.core.state import State
from engine.core.stuck_exits import recall
from engine.domain.account import TradingState
from engine.domain.events import Recovered
from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    AuditHead,
    BotStatusRecord,
    DifferenceRecord,
    EquityDayRecord,
    FillRecord,
    OrderRecord,
    PositionRecord,
    ProfitRecord,
    TripKind,
)


def on_recovered(state: State, event: Recovered) -> None:
    """Put the account's books back. Instruments must be listed before."""
    state.sequence = max(state.sequence, event.sequence)
    state.recovered = True
    for record in event.records:
        if isinstance(record, AccountRecord):
            _account(state, record)
    for record in event.records:
        match record:
            case PositionRecord():
                _position(state, record)
            case ProfitRecord():
                _profit(state, record)
            case BotStatusRecord():
                state.bot_days[record.bot_id] = state.bot_pasts[record.bot_id] = record
                if record.following is not None:
                    state.follow_pasts[record.bot_id] = record.following
                state.chain.generations[record.bot_id] = record.observed_generation
                state.last_fills.update(
                    {
                        (record.bot_id, symbol): status.last_fill_at
                        for symbol, status in record.symbols.items()
                        if status.last_fill_at is not None
                    }
                )
            case EquityDayRecord() if record.day == state.ledger.day:
                # Cash and drawdown of the day's earlier marks are not shown anywhere; their equity is.
                state.ledger.marks = [
                    Mark(point.at, point.equity, state.ledger.cash, state.ledger.high_water_mark)
                    for point in record.points
                ]
            case FillRecord():
                state.portfolio.remember([record.fill_key])
            case AuditHead():
                state.chain.number, state.chain.hash = record.number, record.hash
            case DifferenceRecord():
                state.truth.differences[record.difference_id] = record
            case _:
                pass
    orders = [record for record in event.records if isinstance(record, OrderRecord)]
    for record in orders:
        state.orders_before.add(record.order_id)
        if record.state not in TERMINAL:
            put_back_order(state, record)
    recall(state, orders)
    sent = (record.created_at for record in orders if record.state is not OrderState.REFUSED)
    state.pace.restore(sent, state.now)


def _account(state: State, record: AccountRecord) -> None:
    ledger = state.ledger
    ledger.cash = record.cash
    ledger.start_cash = ledger.start_cash if record.start_cash is None else record.start_cash
    ledger.start_equity_day = record.start_equity_day
    ledger.start_equity_week = record.start_equity_week
    ledger.charges_day = record.charges_day
    ledger.realized_gross_day = record.realized_pnl_day + record.charges_day
    ledger.high_water_mark = record.high_water_mark
    ledger.losing_days, ledger.losses_in_a_row = record.losing_days, record.losses_in_a_row
    recover_policy(state, record)
    ledger.day = record.session.day if record.session else ""
    state.now = record.market_at
    if record.trading_state is TradingState.HALTED and not record.held:  # what held it is found again, if it lasts
        reason = record.halted_reason or "halted before the restart"
        state.breaker.halt(reason, broken=record.invariant_broken)
    for trip in record.trips:
        if trip.kind is not TripKind.NOT_RECONCILED:  # that one is held anew from each start on
            state.breaker.trips[trip.kind] = trip
    state.kill = record.kill
    if record.kill is not None:
        state.breaker.halt(record.kill.words)


def _position(state: State, record: PositionRecord) -> None:
    tape = state.tapes.get(record.symbol)
    if tape is None:
        state.breaker.halt(f"{record.symbol} is held but no longer listed", broken=True)
        return
    position = Position(record.bot_id, tape.instrument, record.entry_time)
    position.quantity, position.cost = record.quantity, record.cost
    position.realized_gross, position.charges = record.realized_pnl, record.charges
    position.opened_quantity, position.opened_value = record.opened_quantity, record.opened_value
    position.closed_value = record.closed_value
    # What whole shares were traded for is exact money; of fractions only the average price is known to a unit.
    whole = tape.instrument.quantity_digits == 0
    position.turnover = record.cost if whole else record.entry_price * abs(record.quantity)
    position.opened_turnover, position.closed_turnover = record.opened_value, record.closed_value
    position.tranches, position.fill_ids = list(record.tranches), list(record.fill_ids)
    position.stop_price, position.target_price = record.stop_price, record.target_price
    position.stop_reason, position.stops = record.stop_reason, record.stops
    position.best_price, position.break_even_price = record.best_price, record.break_even_price
    state.portfolio.restore(position)
    tape.last_price = tape.instrument.units_of(record.current_price)
    set_triggers(state, record.symbol)


def _profit(state: State, record: ProfitRecord) -> None:
    state.ledger.profits[record.period] = Profit(
        record.period,
        record.period_start,
        record.gross_pnl,
        record.charges,
        record.trades,
        record.wins,
        record.losses,
        record.break_even,
        record.gross_profit,
        record.gross_loss,
        dict(record.bots),
        record.hold_s,
        record.first_exit_at,
        record.last_exit_at,
    )
