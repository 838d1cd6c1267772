"""The door to a broker's list of what can be traded there. Implemented by bootstrap over an adapter; called by cli."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.domain.instrument import Instrument


@dataclass(frozen=True, slots=True)
class ListedInstrument:
    """An instrument as the broker lists it. `refused` says why it is not traded, None where it may be."""

    instrument: Instrument
    trading_symbol: str
    token: str
    intraday_allowed: bool
    refused: str | None


class InstrumentList(Protocol):
    """The broker's list on this machine."""

    @property
    def made_at(self) -> datetime | None:
        """When it was fetched; None where there is none."""

    def update(self) -> int:
        """Fetch it now; how many instruments it has. Raises OperatingError, and the old one stays."""

    def search(self, text: str, limit: int) -> Sequence[ListedInstrument]:
        """Those whose symbol or name contains the text, exact ones first."""

    def accept(self, symbol: str) -> ListedInstrument:
        """A person has looked: the symbol is what the list says now. Raises InvalidValue where it lists no such one."""
