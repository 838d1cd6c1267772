"""An account's newest states read back from Firestore, to go on from when the journal is lost. Called by bootstrap.

Money comes back as the Decimal of the number that was written. What Firestore never got is not here: paper resumes from
what is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.mapping import record_of
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.wire import Wire
from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    BotStatusRecord,
    EquityDayRecord,
    OrderRecord,
    PositionRecord,
    ProfitRecord,
    Record,
)
from engine.ports import Fields

_FINISHED = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)
_OPEN = [state.value for state in OrderState if state not in _FINISHED]


def records_from_store(wire: Wire, account_id: str) -> tuple[tuple[Record, ...], int]:
    """The account's states and the highest sequence among them; empty and 0 for an account that never traded.

    Account, open positions, unfinished orders, bots that have been run, roll-ups, and the equity line of the day the
    account was in. Raises PermanentFailure naming a document that holds no such state, OutcomeUnknown when the store
    does not answer.
    """
    records: list[Record] = []
    sequence = 0
    for kind, fields in _states(wire, account_id):
        records.append(record_of(kind, str(fields["id"]), fields))
        sequence = max(sequence, int(fields.get("sequence", 0)))
    return tuple(records), sequence


def _states(wire: Wire, account_id: str) -> Iterator[tuple[type, Fields]]:
    account = wire.get([name_of(wire.database, "accounts", account_id)])[0]
    if account is None:
        return
    fields = document_fields(account)
    if "cash" not in fields:
        return  # it has been announced, never written by an engine
    yield AccountRecord, fields
    own = {"account_id": account_id}
    for collection, kind in (("open_positions", PositionRecord), ("profits", ProfitRecord)):
        for found in _query(wire, collection, own):
            yield kind, found
    for found in _query(wire, "orders", own, ("state", _OPEN)):
        yield OrderRecord, found
    for found in _query(wire, "bots", own):
        if "status" in found:
            yield BotStatusRecord, found
    if fields["session"] is not None:
        for found in _query(wire, "equity_days", {**own, "day": fields["session"]["day"]}):
            yield EquityDayRecord, found


def _query(
    wire: Wire, collection: str, where: Mapping[str, Any], one_of: tuple[str, list[str]] | None = None
) -> list[Fields]:
    return [document_fields(found) for found in wire.query(structured_query(collection, where, one_of=one_of))]
