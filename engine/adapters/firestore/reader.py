"""The Documents port on Firestore: single documents, pages of the declared lists, and changes that move a generation.

Called by the API. Reads go straight to the store, bounded in time; writes go through `change` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.adapters.firestore.cursor import cursor_of, read_cursor
from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.errors import Contended, PreconditionFailed
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.transaction import OptimisticTransaction
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import BackPressure, InvalidValue, PermanentFailure
from engine.ports import Clock, Fields, Page, Transaction

CONTROLS = "controls"
PING_S = 1.0
_ATTEMPTS = 10
_FIRST_WAIT_S = 0.01
_LONGEST_WAIT_S = 0.5


class FirestoreDocuments:
    """`chance` gives numbers in [0, 1): how long to wait before a change that met another is tried again.

    `on_change` is called after each change that is in.
    """

    def __init__(
        self, wire: Wire, clock: Clock, chance: Callable[[], float], on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._chance = chance
        self._on_change = on_change

    def get(self, collection: str, document_id: str) -> Fields | None:
        """See ports.Documents."""
        document = self._wire.get([name_of(self._wire.database, collection, document_id)])[0]
        return None if document is None else document_fields(document)

    def ping(self) -> None:
        """See ports.Documents."""
        self._wire.get([name_of(self._wire.database, CONTROLS, "service")], PING_S)

    def page(
        self,
        collection: str,
        where: Mapping[str, Any],
        order_by: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page:
        """See ports.Documents; by id without `order_by`. Raises InvariantBroken for a list that is not declared."""
        after = None
        if cursor is not None:
            value, document_id = read_cursor(cursor)
            try:
                after = (value, name_of(self._wire.database, collection, document_id))
            except PermanentFailure as error:  # an id that no document has: no list answered with it
                raise InvalidValue("cursor", "is not one that a list answered with") from error
        query = structured_query(collection, where, order=order_by, limit=limit + 1, after=after)
        items = [document_fields(document) for document in self._wire.query(query)]
        if len(items) <= limit:
            return Page(items, None)
        items = items[:limit]
        last = items[-1]
        return Page(items, cursor_of(None if order_by is None else last[order_by], last["id"]))

    def change(self, account_id: str, change: Callable[[Transaction], Fields]) -> Fields:
        """See ports.Documents. `change` may run several times: it must do nothing but read and write its transaction.

        Raises BackPressure when others kept coming between, OutcomeUnknown when the reply to the commit was lost.
        """
        for attempt in range(_ATTEMPTS):
            transaction = OptimisticTransaction(self._wire, self._clock.now())
            result = change(transaction)
            _move_generation(transaction, account_id)
            try:
                transaction.commit()
            except (PreconditionFailed, Contended):
                longest = min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S)
                self._clock.wait(longest * self._chance())
            else:
                self._on_change()
                return result
        raise BackPressure(f"{account_id}: {_ATTEMPTS} attempts at a change met other changes")


def _move_generation(transaction: OptimisticTransaction, account_id: str) -> None:
    controls = transaction.get(CONTROLS, account_id)
    if controls is not None or transaction.creates(CONTROLS, account_id):
        before = 0 if controls is None else int(controls.get("generation", 0))
        transaction.update(CONTROLS, account_id, {"generation": before + 1})
        return
    account = transaction.get("accounts", account_id) or {}
    owner: Fields = {name: account[name] for name in ("user_id", "mode") if name in account}
    transaction.create(CONTROLS, account_id, {**owner, "account_id": account_id, "generation": 1})
