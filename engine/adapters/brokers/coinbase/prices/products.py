"""What can be traded at Coinbase: its spot products, their increments and bounds, and whether they trade now. Fed by
the public list of products; asked by feed, broker and doctor. Safe from several threads.

Only the products of an account's bots are asked for (the whole list has some nine hundred). What was found is kept in a
file, so that a start without a network knows the units that its books are in.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import structlog

from engine.adapters.brokers.coinbase.access.calls import Query
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.listed import UNLISTED, Listed, read_product
from engine.domain.errors import InvalidValue, OutcomeUnknown, PermanentFailure

_log = structlog.get_logger()


class Reads(Protocol):
    """Calls that only read; access.calls.Calls is one."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any: ...


class Products:
    """`kept`: the file that outlives the process, None for none."""

    def __init__(self, reads: Reads, kept: Path | None = None) -> None:
        self._reads, self._kept = reads, kept
        self._found: Mapping[str, Listed] = {}
        self._rows: Mapping[str, Mapping[str, Any]] = {}  # what they were read from, to be kept
        self.refused: Mapping[str, str] = {}  # symbols that are nothing to trade, and were not before; why, in words

    def update(self, symbols: Sequence[str]) -> None:
        """Ask for these anew, in one call; one that is not in the answer is asked for by itself. What was listed and is
        no more, since this process or an earlier one found it, stays known as it was, and as closed: what is held of it
        is still to be told, and to be sold.

        Raises OperatingError, and what was known stays.
        """
        if not self._found:
            self.recall(symbols)
        try:
            told = _rows(self._reads.read(Route.PRODUCTS, {"product_ids": list(symbols)}))
        except PermanentFailure:  # one that is unknown may spoil the call for all
            told = []
        rows, refused = {str(row.get("product_id")): row for row in told}, dict[str, str]()
        for symbol in symbols:
            if symbol not in rows:
                try:
                    rows[symbol] = self._row(symbol)
                except InvalidValue as error:
                    refused[symbol] = error.message
        self._take([rows[symbol] for symbol in symbols if symbol in rows], refused, symbols)
        self._keep()

    def recall(self, symbols: Sequence[str]) -> bool:
        """Take what an earlier start found; False where that does not say of all of these what they are."""
        if self._kept is None:
            return False
        try:
            kept = json.loads(self._kept.read_text(encoding="utf-8"), parse_float=Decimal)
            told = dict(kept.get("refused", {})) if isinstance(kept, dict) else {}
            refused = {str(symbol): str(why) for symbol, why in told.items()}
            self._take(_rows(kept), refused)
        except (OSError, ValueError, TypeError, OutcomeUnknown):
            return False
        return all(symbol in self._found or symbol in refused for symbol in symbols)

    def known(self, symbol: str) -> Listed | None:
        """A product as it was found last, None where it was not; asks nobody."""
        return self._found.get(symbol)

    def find(self, symbol: str) -> Listed:
        """A product as it is known; one that nobody has asked for yet is asked for now.

        Raises InvalidValue for what is no spot product there, OperatingError where that can't be told now.
        """
        found = self._found.get(symbol)
        if found is None:
            row = self._row(symbol)
            found = read_product(row)
            self._found, self._rows = {**self._found, symbol: found}, {**self._rows, symbol: row}
        return found

    def _row(self, symbol: str) -> Mapping[str, Any]:
        try:
            row = self._reads.read(Route.PRODUCT, path=symbol)
        except PermanentFailure as refused:
            raise InvalidValue("symbol", f"{symbol} is no product of Coinbase ({refused})") from None
        if not isinstance(row, dict) or row.get("product_id") != symbol:
            raise OutcomeUnknown(f"Coinbase's answer about {symbol} is about something else")
        return row

    def _take(self, rows: Iterable[Mapping[str, Any]], refused: Mapping[str, str], asked: Collection[str] = ()) -> None:
        """What was known and is in no row stays: as gone, where it was asked for."""
        found, read, refused = dict[str, Listed](), dict[str, Mapping[str, Any]](), dict(refused)
        for row in rows:
            try:
                listed = read_product(row)
            except InvalidValue as error:
                refused[str(row.get("product_id"))[:40]] = error.message
                continue
            found[listed.symbol], read[listed.symbol] = listed, row
        for symbol, known in self._found.items():
            if symbol not in found:
                gone, row = symbol in asked, self._rows.get(symbol, {})
                found[symbol] = replace(known, state=UNLISTED) if gone else known
                read[symbol] = {**row, "status": UNLISTED} if gone else row
        refused = {symbol: why for symbol, why in refused.items() if symbol not in found}
        for symbol in refused.keys() - self.refused.keys():
            _log.error("a product is refused", product=symbol, because=refused[symbol])
        self._found, self._rows, self.refused = found, read, refused

    def _keep(self) -> None:
        """In place of what was kept, whole; a disk that does not take it costs a start without a network alone."""
        if self._kept is None:
            return
        part = self._kept.with_suffix(".part")
        try:
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            kept = {"products": list(self._rows.values()), "refused": self.refused}
            part.write_text(json.dumps(kept, default=str), encoding="utf-8")
            part.replace(self._kept)
        except OSError as error:
            _log.warning("the products are not kept", file=str(self._kept), error=str(error))


def _rows(answer: Any) -> list[Mapping[str, Any]]:
    rows = answer.get("products") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown("Coinbase's list of products can't be read")
    return rows
