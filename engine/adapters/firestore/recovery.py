"""An account's past read back from Firestore, to go on from when the journal is lost. Called by runtime/rederive.

Money comes back as the Decimal of the number that was written. What Firestore never got is not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.mapping import record_of
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.found import FoundFacts, FoundViews
from engine.domain.instant import Instant, instant_of
from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    AuditHead,
    AuditRecord,
    BotStatusRecord,
    DifferenceRecord,
    DifferenceState,
    EquityDayRecord,
    FillRecord,
    OrderRecord,
    PositionRecord,
    ProfitRecord,
    Record,
    SignalRecord,
)
from engine.ports import Fields, StoredStates

PAGE = 300  # documents a query: some 300 kB of orders, well within the 5 s that a call may take
_FINISHED = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)
# One that was settled still says that its fill is booked, or that its order is followed.
_STANDING = [state.value for state in DifferenceState if state is not DifferenceState.GONE]
_OPEN = [state.value for state in OrderState if state not in _FINISHED]


class FirestorePast:
    """See ports.PastStore. Raises PermanentFailure naming a document that holds no such record."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def states(self, account_id: str) -> StoredStates:
        """See ports.PastStore.

        Account, open positions, unfinished orders, differences, bots that have been run, roll-ups, and the equity line
        of the day the account was in.
        """
        records: list[Record] = []
        sequence = account_sequence = 0
        for kind, fields in _states(self._wire, account_id):
            records.append(record_of(kind, str(fields["id"]), fields))
            sequence = max(sequence, int(fields.get("sequence", 0)))
            if kind is AccountRecord:
                account_sequence = sequence
        return StoredStates(tuple(records), sequence, account_sequence)

    def facts(self, account: AccountSpec, since: Instant) -> FoundFacts:
        """See ports.PastStore. Reads every fill there is: an account's first cash and its fills are its books."""
        fills = sorted(
            self._newest(account, "fills", "filled_at", 0),
            key=lambda fields: (fields["filled_at"], int(fields["sequence"])),
        )
        orders = self._newest(account, "orders", "created_at", since)
        signals = self._newest(account, "trading_signals", "confirmed_at", since)
        trades = self._newest(account, "closed_trades", "exit_at", since)
        return FoundFacts(
            since,
            tuple(_record(FillRecord, fields) for fields in fills),
            {fields["id"]: _record(OrderRecord, fields) for fields in orders},
            {fields["id"]: _record(SignalRecord, fields) for fields in signals},
            frozenset(str(fields["id"]) for fields in trades),
        )

    def newest_entry(self, account: AccountSpec) -> AuditRecord | None:
        """See ports.PastStore."""
        own = {"user_id": account.user_id, "account_id": account.account_id}
        found = self._wire.query(structured_query("audit_log", own, order="number", limit=1))
        return _record(AuditRecord, document_fields(found[0])) if found else None

    def views(self, account: AccountSpec, bot_ids: Sequence[str], days: Sequence[str]) -> FoundViews:
        """See ports.PastStore."""
        verdicts: dict[tuple[str, str, Instant], str] = {}
        bars: set[tuple[str, str, Instant]] = set()
        own = {"user_id": account.user_id, "account_id": account.account_id}
        for day in days:
            for bot_id in bot_ids:
                for hour in _query(self._wire, "decisions", {**own, "bot_id": bot_id, "day": day}):
                    for slot, line in hour["bars"].items():
                        symbol = slot.rpartition("_")[0]
                        verdicts[bot_id, symbol, instant_of(line["at"])] = line["verdict"]
            for found in _query(self._wire, "bars", {"account_id": account.account_id, "day": day}):
                key = (str(found["symbol"]), str(found["timeframe"]))
                bars.update((*key, instant_of(line["at"])) for line in found["bars"].values())
        return FoundViews(verdicts, bars=frozenset(bars))

    def _newest(self, account: AccountSpec, collection: str, order: str, since: Instant) -> list[Fields]:
        """Documents of an account whose `order` is not before an instant, newest first, page by page."""
        own = {"user_id": account.user_id, "account_id": account.account_id}
        found: list[Fields] = []
        after = None
        while True:
            query = structured_query(collection, own, order=order, limit=PAGE, after=after)
            page = [document_fields(document) for document in self._wire.query(query)]
            found += [fields for fields in page if instant_of(fields[order]) >= since]
            if len(page) < PAGE or instant_of(page[-1][order]) < since:
                return found
            after = (page[-1][order], name_of(self._wire.database, collection, page[-1]["id"]))


def _record(kind: type[Any], fields: Fields) -> Any:
    return record_of(kind, str(fields["id"]), fields)


def _states(wire: Wire, account_id: str) -> Iterator[tuple[type, Fields]]:
    account = wire.get([name_of(wire.database, "accounts", account_id)])[0]
    fields = {} if account is None else document_fields(account)
    if "cash" in fields:  # else it was announced, and no engine's word of it has arrived; of its orders it may have
        yield AccountRecord, fields
    if "audit" in fields:
        yield AuditHead, fields
    own = {"account_id": account_id}
    for collection, kind in (("open_positions", PositionRecord), ("profits", ProfitRecord)):
        for found in _query(wire, collection, own):
            yield kind, found
    for found in _query(wire, "orders", own, ("state", _OPEN)):
        yield OrderRecord, found
    for found in _query(wire, "differences", own, ("state", _STANDING)):
        yield DifferenceRecord, found
    for found in _query(wire, "bots", own):
        if "status" in found:
            yield BotStatusRecord, found
    if fields.get("session") is not None:
        for found in _query(wire, "equity_days", {**own, "day": fields["session"]["day"]}):
            yield EquityDayRecord, found


def _query(
    wire: Wire, collection: str, where: Mapping[str, Any], one_of: tuple[str, list[str]] | None = None
) -> list[Fields]:
    return [document_fields(found) for found in wire.query(structured_query(collection, where, one_of=one_of))]
