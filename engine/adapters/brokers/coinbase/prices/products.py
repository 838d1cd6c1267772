"""What can be traded at Coinbase: its spot products, their increments and bounds, and whether they trade now. Fed by
the public list of products; asked by feed, broker and doctor. Safe from several threads.

Only the products of an account's bots are asked for (the whole list has some nine hundred). What was found is kept in a
file, so that a start without a network knows the units that its books are in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import structlog

from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.listed import Listed, read_product
from engine.domain.errors import InvalidValue, OutcomeUnknown, PermanentFailure

UNLISTED = "listed no more"
_log = structlog.get_logger()


class Reads(Protocol):
    """Calls that only read; access.calls.Calls is one."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any: ...


class Products:
    """`kept`: the file that outlives the process, None for none."""

    def __init__(self, reads: Reads, kept: Path | None = None) -> None:
        self._reads, self._kept = reads, kept
        self._found: Mapping[str, Listed] = {}

    def update(self, symbols: Sequence[str]) -> None:
        """Ask for these anew, in one call; one that is not in the answer is asked for by itself. What was listed and is
        no more stays known as it was, and as closed: what is held of it is still to be told, and to be sold.

        Raises OperatingError, and what was known stays.
        """
        try:
            told = _rows(self._reads.read(Route.PRODUCTS, {"product_ids": list(symbols)}))
        except PermanentFailure:  # one that is unknown may spoil the call for all
            told = []
        rows = {str(row.get("product_id")): row for row in told}
        for symbol in symbols:
            if symbol not in rows and (row := self._row_or_none(symbol)) is not None:
                rows[symbol] = row
        wanted = [rows[symbol] for symbol in symbols if symbol in rows]
        self._take(wanted)
        self._keep(wanted)

    def recall(self, symbols: Sequence[str]) -> bool:
        """Take what an earlier start found; False where that is not all of these."""
        if self._kept is None:
            return False
        try:
            self._take(_rows(json.loads(self._kept.read_text(encoding="utf-8"), parse_float=Decimal)))
        except (OSError, ValueError, OutcomeUnknown):
            return False
        return all(symbol in self._found for symbol in symbols)

    def known(self, symbol: str) -> Listed | None:
        """A product as it was found last, None where it was not; asks nobody."""
        return self._found.get(symbol)

    def find(self, symbol: str) -> Listed:
        """A product as it is known; one that nobody has asked for yet is asked for now.

        Raises InvalidValue for what is no spot product there, OperatingError where that can't be told now.
        """
        found = self._found.get(symbol)
        if found is None:
            found = read_product(self._row(symbol))
            self._found = {**self._found, symbol: found}
        return found

    def _row_or_none(self, symbol: str) -> Mapping[str, Any] | None:
        try:
            return self._row(symbol)
        except InvalidValue:
            return None

    def _row(self, symbol: str) -> Mapping[str, Any]:
        try:
            row = self._reads.read(Route.PRODUCT, path=symbol)
        except PermanentFailure as refused:
            raise InvalidValue("symbol", f"{symbol} is no product of Coinbase ({refused})") from None
        if not isinstance(row, dict) or row.get("product_id") != symbol:
            raise OutcomeUnknown(f"Coinbase's answer about {symbol} is about something else")
        return row

    def _take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        found: dict[str, Listed] = {}
        for row in rows:
            try:
                listed = read_product(row)
            except InvalidValue as error:
                _log.error("a product is refused", product=str(row.get("product_id"))[:40], because=error.message)
                continue
            found[listed.symbol] = listed
        gone = {symbol: replace(one, state=UNLISTED) for symbol, one in self._found.items() if symbol not in found}
        self._found = {**gone, **found}

    def _keep(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """In place of what was kept, whole; a disk that does not take it costs a start without a network alone."""
        if self._kept is None:
            return
        part = self._kept.with_suffix(".part")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"products": list(rows)}, default=str), encoding="utf-8")
            part.replace(self._kept)
        except OSError as error:
            _log.warning("the products are not kept", file=str(self._kept), error=str(error))


def _rows(answer: Any) -> list[Mapping[str, Any]]:
    rows = answer.get("products") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown("Coinbase's list of products can't be read")
    return rows
