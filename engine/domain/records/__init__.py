"""What is written down: facts (one write each, always) and states (newest wins). Made by the core and the runtime;
kept by the journal, mapped to documents by adapters/firestore/documents.

A record knows which document it belongs to (`collection`, `document_id`) and, where a document is a map that many
records fill (bars, decisions), its own `slot` of it. The newest record of a (collection, document_id, slot)
supersedes older states.
"""

from __future__ import annotations

from typing import TypeAlias

from engine.domain.records.account import (
    AccountRecord,
    BotProfit,
    EquityDayRecord,
    EquityPoint,
    ProfitRecord,
    SessionWindow,
)
from engine.domain.records.audit import AuditHead, AuditRecord
from engine.domain.records.bots import (
    BarRecord,
    BotForgotten,
    BotStatusRecord,
    CanaryStatus,
    DecisionRecord,
    SymbolStatus,
)
from engine.domain.records.examination import ExaminationRecord
from engine.domain.records.kill import KillItem, KillRecord, KillState, KillStep, KillStepName, Proof
from engine.domain.records.rehearsed import Rehearsable, RehearsedRecord
from engine.domain.records.risk import TripKind, TripRecord
from engine.domain.records.service import (
    AlertRecord,
    CommandResult,
    DeadLetterGone,
    DeadLetterRecord,
    Delivery,
    HealthRecord,
    QuoteEntry,
    QuotesRecord,
    SetAside,
)
from engine.domain.records.trading import (
    ClosedTradeRecord,
    FillRecord,
    OrderCheck,
    OrderRecord,
    OrderStep,
    PositionFlat,
    PositionRecord,
    SignalRecord,
    Tranche,
)
from engine.domain.records.truth import DifferenceKind, DifferenceRecord, DifferenceState, Resolution
from engine.domain.records.twin import TwinFill, TwinRecord

__all__ = [
    "AccountRecord",
    "AlertRecord",
    "AuditHead",
    "AuditRecord",
    "BarRecord",
    "BotForgotten",
    "BotProfit",
    "BotStatusRecord",
    "CanaryStatus",
    "ClosedTradeRecord",
    "CommandResult",
    "DeadLetterGone",
    "DeadLetterRecord",
    "DecisionRecord",
    "Delivery",
    "DifferenceKind",
    "DifferenceRecord",
    "DifferenceState",
    "EquityDayRecord",
    "EquityPoint",
    "ExaminationRecord",
    "FillRecord",
    "HealthRecord",
    "KillItem",
    "KillRecord",
    "KillState",
    "KillStep",
    "KillStepName",
    "OrderCheck",
    "OrderRecord",
    "OrderStep",
    "PositionFlat",
    "PositionRecord",
    "ProfitRecord",
    "Proof",
    "QuoteEntry",
    "QuotesRecord",
    "Record",
    "Rehearsable",
    "RehearsedRecord",
    "Resolution",
    "SessionWindow",
    "SetAside",
    "SignalRecord",
    "SymbolStatus",
    "Tranche",
    "TripKind",
    "TripRecord",
    "TwinFill",
    "TwinRecord",
    "slot_of",
    "told_of",
]

Record: TypeAlias = (
    SignalRecord
    | OrderRecord
    | FillRecord
    | PositionRecord
    | PositionFlat
    | ClosedTradeRecord
    | AccountRecord
    | HealthRecord
    | QuotesRecord
    | BarRecord
    | DecisionRecord
    | BotStatusRecord
    | BotForgotten
    | ProfitRecord
    | EquityDayRecord
    | AlertRecord
    | DeadLetterRecord
    | DeadLetterGone
    | CommandResult
    | DifferenceRecord
    | AuditRecord
    | AuditHead
    | TwinRecord
    | ExaminationRecord
    | RehearsedRecord
)


def slot_of(record: Record) -> str:
    """The slot of its document that a record fills; empty where it is the whole document."""
    return getattr(record, "slot", "")


def told_of(record: Record) -> Record:
    """The record itself; of a rehearsed one what it holds. For those who only keep and carry records."""
    return record.record if isinstance(record, RehearsedRecord) else record
