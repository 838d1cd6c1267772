"""Documents of the service: health, prices for screens, alerts, dead letters, commands, checks. Part of
documents.py's table, which takes it in.
"""

from __future__ import annotations

from engine.adapters.firestore import kinds
from engine.adapters.firestore.encoder import FieldValues
from engine.adapters.firestore.kinds import PLAIN, TIME, Entry, list_of, one_of, same, since_then
from engine.adapters.firestore.shape import Operation, PriceDigits, Shape
from engine.domain import records
from engine.domain.findings import Finding, Grade
from engine.domain.instant import moment_of


def _health(record: records.HealthRecord, digits: PriceDigits) -> FieldValues:
    last_tick_at = None if record.last_tick_at is None else moment_of(record.last_tick_at)
    return {
        "effective_mode": record.effective_mode,
        "mode_reasons": list(record.mode_reasons),
        "clock": {
            "speed": float(record.clock_speed),
            "simulated": record.clock_simulated,
            "finished": record.clock_finished,
        },
        "truth": {
            "state": record.truth_state,
            "checked_at": None if record.truth_checked_at is None else moment_of(record.truth_checked_at),
            "differences": list(record.truth_differences),
        },
        "engine": {
            "instance": record.engine_instance,
            "epoch": record.engine_epoch,
            "heartbeat_at": moment_of(record.heartbeat_at),
            "pid": record.engine_pid,
        },
        "write_queue": {
            "state": record.queue_state,
            "depth": record.queue_depth,
            "oldest_age_s": float(record.queue_oldest_age_s),
            "dead_letters": record.dead_letters,
            "parked": record.queue_parked,
            "attempts": record.queue_attempts,
            "delivered": record.queue_delivered,
            "delivered_per_s": float(record.queue_delivered_per_s),
            "store_state": record.store_state,
            "journal_state": record.journal_state,
            "journal_detail": record.journal_detail,
        },
        "feed": {
            "state": record.feed_state,
            "last_tick_at": last_tick_at,
            "ticks": record.ticks,
            "dropped": dict(record.ticks_dropped),
        },
        "broker": {
            "state": record.broker_state,
            "until": None if record.broker_until is None else moment_of(record.broker_until),
        },
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


def _result(record: records.CommandResult, digits: PriceDigits) -> FieldValues:
    return {"state": record.state, "result": dict(record.result)}


_FINDING = (*same(PLAIN, "name says do"), *same(one_of(Grade), "grade"))
_DELIVERY = (*same(PLAIN, "channel failed"), *same(TIME, "at"))

SERVICE_SHAPES: dict[type, Shape] = {
    records.HealthRecord: Shape(more=_health, operation=Operation.SET),
    records.QuotesRecord: Shape(more=_quotes),
    records.AlertRecord: Shape(
        (
            *same(PLAIN, "severity kind text"),
            *same(TIME, "at"),
            *since_then(PLAIN, "count"),
            *since_then(TIME, "last_at"),
            *since_then(list_of(records.Delivery, _DELIVERY), "delivered_to"),
        ),
        identity="alert_id",
        operation=Operation.SET,
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
    records.ExaminationRecord: Shape(
        (
            *same(PLAIN, "account_id broker command_id state grade failed"),
            *same(TIME, "began_at ended_at"),
            *same(list_of(Finding, _FINDING), "findings"),
        ),
    ),
    records.CommandResult: Shape(more=_result, operation=Operation.UPDATE),
}
