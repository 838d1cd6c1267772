"""Records to document writes and back, by the table of documents.py. Called by the store and by recovery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import DecimalException
from typing import Any

from engine.adapters.firestore.documents import SHAPES
from engine.adapters.firestore.encoder import FieldValues
from engine.adapters.firestore.shape import DocumentWrite, Operation, PriceDigits
from engine.domain.account import AccountSpec
from engine.domain.errors import PermanentFailure
from engine.domain.records import Record, RehearsedRecord
from engine.domain.rehearsal import SIMULATED, rehearsal_account, rehearsal_account_id
from engine.ports import Fields


def write_of(
    record: Record, account: AccountSpec, sequence: int, sent_at: datetime, price_digits: PriceDigits
) -> DocumentWrite:
    """The write that a record asks for.

    `sent_at` is wall time and becomes `updated_at`; `price_digits` gives an instrument's decimals by symbol.
    Raises PermanentFailure for a record that no document can hold (an unknown kind, a number that is none), and for one
    that is another account's.
    """
    if isinstance(record, RehearsedRecord):
        return _rehearsed(record, account, sequence, sent_at, price_digits)
    shape = SHAPES.get(type(record))
    if shape is None:
        raise PermanentFailure(f"{type(record).__name__} has no document")
    owner = getattr(record, "account_id", account.account_id)
    if owner != account.account_id:
        raise PermanentFailure(f"{type(record).__name__} of {owner} under the lease of {account.account_id}")
    if shape.operation is Operation.DELETE:
        return DocumentWrite(record.collection, record.document_id, shape.operation, {})
    digits = price_digits(getattr(record, "symbol", None) or "")
    try:
        fields: FieldValues = shape.more(record, price_digits)
        fields.update(shape.layout.write(record, digits))
    except (DecimalException, OverflowError) as error:
        raise PermanentFailure(f"{type(record).__name__} {record.document_id}: a number that is none") from error
    if shape.operation is not Operation.UPDATE:  # the API owns these of the documents that it made
        fields["user_id"] = account.user_id
        fields["account_id"] = account.account_id
        fields["mode"] = account.mode.value
    fields["updated_at"] = sent_at
    fields["sequence"] = sequence
    return DocumentWrite(record.collection, record.document_id, shape.operation, fields)


def _rehearsed(
    rehearsed: RehearsedRecord, account: AccountSpec, sequence: int, sent_at: datetime, price_digits: PriceDigits
) -> DocumentWrite:
    """The document of the rehearsal's own account, and marked: no query for the other's figures finds it."""
    if rehearsed.account_id != rehearsal_account_id(account.account_id):
        raise PermanentFailure(f"what {rehearsed.account_id} rehearses under the lease of {account.account_id}")
    write = write_of(rehearsed.record, rehearsal_account(account), sequence, sent_at, price_digits)
    if write.operation is not Operation.DELETE:
        write.fields["origin"] = SIMULATED
    return write


def record_of(kind: type, document_id: str, fields: Mapping[str, Any]) -> Record:
    """The state record that a document holds. Raises PermanentFailure naming the document where it holds none."""
    shape = SHAPES[kind]
    given: Fields = {} if shape.identity is None else {shape.identity: document_id}
    try:
        record: Record = shape.layout.read(kind, fields, **given)
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise PermanentFailure(f"{document_id} is no {kind.__name__}: {type(error).__name__} {error}") from error
    return record
