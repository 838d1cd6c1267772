"""Which record is which document: docs/contract/documents.md as a table. The only file that knows records' field names.

`mapping.py` reads the table both ways: the store writes by it, recovery reads states back. A field on the screen
begins here.
"""

from __future__ import annotations

from engine.adapters.firestore import kinds
from engine.adapters.firestore.audit_documents import AUDIT_SHAPES
from engine.adapters.firestore.encoder import FieldValues
from engine.adapters.firestore.kill_document import KILL
from engine.adapters.firestore.kinds import (
    AMOUNTS,
    MONEY,
    NUMBER,
    PLAIN,
    PRICE,
    REAL,
    TEXTS,
    TIME,
    Entry,
    list_of,
    map_of,
    named,
    one_of,
    same,
    since_then,
    within,
)
from engine.adapters.firestore.policy_document import POLICY
from engine.adapters.firestore.service_documents import SERVICE_SHAPES
from engine.adapters.firestore.shape import Operation, PriceDigits, Shape
from engine.adapters.firestore.truth_documents import TRUTH_SHAPES
from engine.adapters.firestore.twin_document import TWIN_SHAPES
from engine.domain import records
from engine.domain.account import TradingState
from engine.domain.copying import Follow, FollowStatus
from engine.domain.effective import EffectiveMode
from engine.domain.instant import moment_of
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.signal import Outcome, SignalType, Temperature


def _signal(record: records.SignalRecord, digits: PriceDigits) -> FieldValues:
    return {"confidence": abs(record.score) / 100, "timestamp": moment_of(record.confirmed_at)}


def _position(record: records.PositionRecord, digits: PriceDigits) -> FieldValues:
    return {"side": "LONG" if record.quantity > 0 else "SHORT"}


def _bar(record: records.BarRecord, digits: PriceDigits) -> FieldValues:
    unit = digits(record.symbol)
    prices = {
        key: kinds.price(value, unit)
        for key, value in (("o", record.open), ("h", record.high), ("l", record.low), ("c", record.close))
    }
    return {("bars", record.slot): {"at": moment_of(record.at), **prices, "v": float(record.volume)}}


def _decision(record: records.DecisionRecord, digits: PriceDigits) -> FieldValues:
    line = {"at": moment_of(record.at), "score": record.score, **record.inputs}
    return {("bars", record.slot): {**line, "verdict": record.verdict, "detail": record.detail}}


_STEP = (*same(one_of(OrderState), "state"), *same(TIME, "at"))
_TRANCHE = (
    *same(NUMBER, "quantity at_risk_pct"),
    *same(PRICE, "price"),
    *same(TIME, "at"),
    *since_then(PLAIN, "order_id"),
)
_SESSION = (*same(PLAIN, "day"), *same(TIME, "open_at close_at entry_from entry_until flatten_at"))
_TRIP = (
    *same(one_of(records.TripKind), "kind"),
    *same(TIME, "at"),
    *same(NUMBER, "found limit"),
    *same(PLAIN, "detail lifted_by day"),
)
_POINT = (*same(TIME, "at"), *same(MONEY, "equity"))
_BOT_PROFIT = (
    *same(MONEY, "gross_pnl charges net_pnl"),
    *same(PLAIN, "trades wins losses"),
    *since_then(MONEY, "gross_profit gross_loss"),
    *since_then(PLAIN, "break_even hold_s"),
)
_SYMBOL = (
    *same(PLAIN, "verdict detail"),
    *same(REAL, "score"),
    *same(one_of(Temperature), "temperature"),
    *same(one_of(SignalType), "candidate"),
    *same(TIME, "candidate_since last_fill_at"),
)
_CANARY = (
    *same(MONEY, "notional_max"),
    *same(NUMBER, "leverage_max"),
    *same(TEXTS, "symbols"),
    *same(PLAIN, "trades trades_done"),
)
_FOLLOWING = (
    *same(PLAIN, "leader sequence gone wild wild_generation entries_day"),
    *same(one_of(Follow), "follow"),
    *same(TIME, "gone_at"),
)
_STATUS = (
    *same(PLAIN, "state symbol signals_today orders_today trades_today"),
    *same(REAL, "score"),
    *same(one_of(Temperature), "temperature"),
    *within("readiness", same(PLAIN, "can_trade blocking_reason blocking_detail")),
    Entry("countdown_kind", ("countdown", "kind"), PLAIN),
    Entry("countdown_until", ("countdown", "until"), TIME),
    *same(TIME, "last_evaluated_at"),
    *same(named(records.SymbolStatus, _SYMBOL), "symbols"),
    *same(MONEY, "realized_pnl_day charges_day"),
    *since_then(PLAIN, "sessions session_day sessions_of trades_before"),
    *since_then(map_of(records.CanaryStatus, _CANARY), "canary"),
    *since_then(map_of(FollowStatus, _FOLLOWING), "following"),
)

SHAPES: dict[type, Shape] = {
    records.SignalRecord: Shape(
        (
            *same(PLAIN, "bot_id strategy symbol timeframe blocking_reason blocking_detail order_id"),
            *same(one_of(SignalType), "type"),
            *same(one_of(Outcome), "outcome"),
            *same(PRICE, "price"),
            *same(REAL, "score"),
            *same(TEXTS, "reasons"),
            *same(TIME, "bar_at confirmed_at"),
            *since_then(one_of(Purpose), "purpose"),
        ),
        _signal,
        identity="signal_id",
    ),
    records.OrderRecord: Shape(
        (
            *same(PLAIN, "bot_id signal_id symbol venue_order_id reason"),
            *same(one_of(Side), "side"),
            *same(one_of(OrderType), "order_type"),
            *same(one_of(OrderState), "state"),
            *same(one_of(Purpose), "purpose"),
            *same(one_of(ExitReason), "exit_reason"),
            *same(NUMBER, "quantity filled_quantity at_risk_pct"),
            *same(PRICE, "limit_price average_price stop_price decision_price"),
            *since_then(PRICE, "trigger_price"),
            *since_then(PLAIN, "withdrawn_by"),
            *same(list_of(records.OrderStep, _STEP), "history"),
            *since_then(named(records.OrderCheck, same(PLAIN, "ok found allowed")), "checks"),
            *since_then(one_of(EffectiveMode), "execution_mode"),
            *same(TIME, "created_at"),
        ),
        identity="order_id",
    ),
    records.FillRecord: Shape(
        (
            *same(PLAIN, "order_id venue_fill_id bot_id symbol"),
            *same(one_of(Side), "side"),
            *same(NUMBER, "quantity"),
            *same(PRICE, "price"),
            *same(MONEY, "charges"),
            *same(AMOUNTS, "charge_lines"),
            *same(TIME, "filled_at"),
            *since_then(NUMBER, "position net"),
            *since_then(MONEY, "equity"),
        ),
        identity="fill_key",
    ),
    records.PositionRecord: Shape(
        (
            *same(PLAIN, "bot_id symbol state"),
            *same(NUMBER, "quantity pnl_percent opened_quantity"),
            *same(PRICE, "entry_price current_price stop_price target_price"),
            *same(MONEY, "cost pnl realized_pnl charges opened_value closed_value"),
            *same(list_of(records.Tranche, _TRANCHE), "tranches"),
            *same(TIME, "entry_time"),
            *same(TEXTS, "fill_ids"),
            *since_then(one_of(ExitReason), "stop_reason"),
            *since_then(PRICE, "best_price break_even_price"),
            *since_then(PLAIN, "stops"),
        ),
        _position,
    ),
    records.PositionFlat: Shape(operation=Operation.DELETE),
    records.ClosedTradeRecord: Shape(
        (
            *same(PLAIN, "bot_id symbol side"),
            *same(NUMBER, "quantity"),
            *same(PRICE, "entry_price exit_price"),
            *same(MONEY, "gross_pnl charges net_pnl"),
            *same(TIME, "entry_at exit_at"),
            *same(one_of(ExitReason), "exit_reason"),
            *same(TEXTS, "fill_ids"),
            *since_then(PLAIN, "day"),
        ),
        identity="trade_id",
    ),
    records.AccountRecord: Shape(
        (
            *same(PLAIN, "account_id name market currency halted_reason invariant_broken"),
            *since_then(PLAIN, "held"),
            *same(MONEY, "cash equity start_equity_day start_equity_week realized_pnl_day unrealized_pnl charges_day"),
            *same(MONEY, "high_water_mark"),
            *since_then(MONEY, "start_cash"),
            *same(NUMBER, "pnl_pct_day pnl_pct_week drawdown_pct"),
            *same(one_of(TradingState), "trading_state"),
            *same(TIME, "market_at"),
            *same(map_of(records.SessionWindow, _SESSION), "session"),
            *since_then(KILL, "kill"),
            *since_then(list_of(records.TripRecord, _TRIP), "trips"),
            *since_then(PLAIN, "losses_in_a_row"),
            *since_then(POLICY, "policy_in_force policy_next"),
            *since_then(PLAIN, "policy_adapted losing_days"),
            *since_then(NUMBER, "leverage"),
        ),
        operation=Operation.SET,
    ),
    records.BarRecord: Shape(same(PLAIN, "symbol timeframe day"), _bar, operation=Operation.SET),
    records.DecisionRecord: Shape(same(PLAIN, "bot_id day hour"), _decision, operation=Operation.SET),
    records.BotStatusRecord: Shape(
        (*same(PLAIN, "observed_generation"), *within("status", _STATUS)),
        identity="bot_id",
        operation=Operation.UPDATE,
    ),
    records.BotForgotten: Shape(operation=Operation.DELETE),
    records.ProfitRecord: Shape(
        (
            *same(PLAIN, "account_id period period_start trades wins losses break_even"),
            *same(MONEY, "gross_pnl charges net_pnl gross_profit gross_loss"),
            *same(named(records.BotProfit, _BOT_PROFIT), "bots"),
            *since_then(PLAIN, "period_end hold_s win_rate profit_factor avg_hold_s grade"),
            *since_then(MONEY, "expectancy"),
            *since_then(TIME, "first_exit_at last_exit_at"),
        ),
    ),
    records.EquityDayRecord: Shape(
        (*same(PLAIN, "account_id day"), *same(list_of(records.EquityPoint, _POINT), "points"))
    ),
    **SERVICE_SHAPES,
    **TRUTH_SHAPES,
    **AUDIT_SHAPES,
    **TWIN_SHAPES,
}
