"""Which record is which document: docs/contract/documents.md as a table. The only file that knows records' field names.

`mapping.py` reads the table both ways: the store writes by it, recovery reads states back. A field on the screen
begins here.
"""

from __future__ import annotations

from engine.adapters.firestore import kinds
from engine.adapters.firestore.encoder import FieldValues
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
    within,
)
from engine.adapters.firestore.shape import Operation, PriceDigits, Shape
from engine.domain import records
from engine.domain.account import TradingState
from engine.domain.instant import moment_of
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.signal import Outcome, SignalType, Temperature


def _signal(record: records.SignalRecord, digits: PriceDigits) -> FieldValues:
    return {"confidence": abs(record.score) / 100, "timestamp": moment_of(record.confirmed_at)}


def _position(record: records.PositionRecord, digits: PriceDigits) -> FieldValues:
    return {"side": "LONG" if record.quantity > 0 else "SHORT"}


def _health(record: records.HealthRecord, digits: PriceDigits) -> FieldValues:
    last_tick_at = None if record.last_tick_at is None else moment_of(record.last_tick_at)
    return {
        "effective_mode": record.effective_mode,
        "clock": {
            "speed": float(record.clock_speed),
            "simulated": record.clock_simulated,
            "finished": record.clock_finished,
        },
        "truth": {
            "state": record.truth_state,
            "checked_at": moment_of(record.truth_checked_at),
            "differences": list(record.truth_differences),
        },
        "engine": {
            "instance": record.engine_instance,
            "epoch": record.engine_epoch,
            "heartbeat_at": moment_of(record.heartbeat_at),
        },
        "write_queue": {
            "depth": record.queue_depth,
            "oldest_age_s": float(record.queue_oldest_age_s),
            "dead_letters": record.dead_letters,
        },
        "feed": {
            "state": record.feed_state,
            "last_tick_at": last_tick_at,
            "ticks": record.ticks,
            "dropped": dict(record.ticks_dropped),
        },
        "broker": {"state": record.broker_state, "until": None},
    }


def _quotes(record: records.QuotesRecord, digits: PriceDigits) -> FieldValues:
    symbols = {
        symbol: {
            "price": kinds.price(entry.price, digits(symbol)),
            "at": moment_of(entry.at),
            "change_pct": float(entry.change_pct),
        }
        for symbol, entry in record.symbols.items()
    }
    return {"symbols": symbols, "market_at": moment_of(record.market_at)}


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


def _result(record: records.CommandResult, digits: PriceDigits) -> FieldValues:
    return {"state": record.state, "result": dict(record.result)}


_STEP = (*same(one_of(OrderState), "state"), *same(TIME, "at"))
_TRANCHE = (*same(NUMBER, "quantity at_risk_pct"), *same(PRICE, "price"), *same(TIME, "at"))
_SESSION = (*same(PLAIN, "day"), *same(TIME, "open_at close_at entry_from entry_until flatten_at"))
_POINT = (*same(TIME, "at"), *same(MONEY, "equity"))
_BOT_PROFIT = (*same(MONEY, "gross_pnl charges net_pnl"), *same(PLAIN, "trades wins losses"))
_SYMBOL = (
    *same(PLAIN, "verdict detail"),
    *same(REAL, "score"),
    *same(one_of(Temperature), "temperature"),
    *same(one_of(SignalType), "candidate"),
    *same(TIME, "candidate_since last_fill_at"),
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
            *same(NUMBER, "quantity filled_quantity"),
            *same(PRICE, "limit_price average_price stop_price"),
            *same(list_of(records.OrderStep, _STEP), "history"),
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
        ),
        identity="trade_id",
    ),
    records.AccountRecord: Shape(
        (
            *same(PLAIN, "account_id name market currency halted_reason invariant_broken"),
            *same(MONEY, "cash equity start_equity_day start_equity_week realized_pnl_day unrealized_pnl charges_day"),
            *same(MONEY, "high_water_mark"),
            *same(NUMBER, "pnl_pct_day pnl_pct_week drawdown_pct"),
            *same(one_of(TradingState), "trading_state"),
            *same(TIME, "market_at"),
            *same(map_of(records.SessionWindow, _SESSION), "session"),
        ),
        operation=Operation.SET,
    ),
    records.HealthRecord: Shape(more=_health, operation=Operation.SET),
    records.QuotesRecord: Shape(more=_quotes),
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
        ),
    ),
    records.EquityDayRecord: Shape(
        (*same(PLAIN, "account_id day"), *same(list_of(records.EquityPoint, _POINT), "points"))
    ),
    records.AlertRecord: Shape(
        (*same(PLAIN, "severity kind text"), *same(TIME, "at")), identity="alert_id", operation=Operation.SET
    ),
    records.DeadLetterRecord: Shape(
        (
            Entry("of_collection", ("collection",), PLAIN),
            Entry("of_document_id", ("document_id",), PLAIN),
            *same(PLAIN, "error attempts payload_bytes"),
            *same(TIME, "first_at"),
        ),
        identity="letter_id",
        operation=Operation.SET,
    ),
    records.DeadLetterGone: Shape(operation=Operation.DELETE),
    records.CommandResult: Shape(more=_result, operation=Operation.UPDATE),
}
