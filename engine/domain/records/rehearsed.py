"""A record of a rehearsal, which travels with those of the account that it rehearses and is none of them. Made by
runtime/rehearsal; written by the store as a document of the rehearsal's own account.

It is a type of its own so that nothing that reckons with an account's fills, positions or trades can take it for one:
books, recovery, snapshot and alerts ask for those by their types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.domain.records.account import AccountRecord, ProfitRecord
from engine.domain.records.trading import (
    ClosedTradeRecord,
    FillRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    SignalRecord,
)

Rehearsable: TypeAlias = (
    SignalRecord
    | OrderRecord
    | FillRecord
    | PositionRecord
    | PositionFlat
    | ClosedTradeRecord
    | AccountRecord
    | ProfitRecord
)


@dataclass(frozen=True, slots=True)
class RehearsedRecord:
    """`record` as the rehearsal `account_id` has it."""

    account_id: str
    record: Rehearsable

    @property
    def collection(self) -> str:
        return self.record.collection

    @property
    def document_id(self) -> str:
        return self.record.document_id

    @property
    def fact(self) -> bool:
        return self.record.fact
