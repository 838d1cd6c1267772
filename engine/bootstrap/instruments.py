"""The broker's list of instruments for people: the file that the service and its doctor use too. Handed to
cli/instruments by __main__.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.adapters.brokers.angelone.prices.instruments import Instruments, Listed
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.clock import SystemClock
from engine.angelone_settings import ANGELONE, AngelOneSettings, read_angelone
from engine.bootstrap.angelone_market import instrument_list
from engine.domain.errors import InvalidValue
from engine.ports import Clock, ListedInstrument
from engine.variables import state_folder


def angelone_of(env: Mapping[str, str]) -> AngelOneSettings:
    """What the environment says of Angel One, whatever market is traded. Raises InvalidValue."""
    beside = ("K_", "CLOUD_RUN", "LOCKSTEP_ADDRESS_SERVICES")
    of_it = {name: value for name, value in env.items() if "ANGELONE" in name or name.startswith(beside)}
    return read_angelone({**of_it, "LOCKSTEP_BOTS": "none"}, ANGELONE, None) or AngelOneSettings()


@dataclass(frozen=True, slots=True)
class AngelOneList:
    """Implements ports.InstrumentList."""

    instruments: Instruments
    source: Fetched
    clock: Clock

    @property
    def made_at(self) -> datetime | None:
        return self.instruments.made_at

    def update(self) -> int:
        return self.instruments.update(self.source, self.clock)

    def search(self, text: str, limit: int) -> Sequence[ListedInstrument]:
        return [self._told(found) for found in self.instruments.search(text, limit)]

    def accept(self, symbol: str) -> ListedInstrument:
        self.instruments.accept(symbol)
        return self._told(self.instruments.find(symbol))

    def _told(self, found: Listed) -> ListedInstrument:
        refused: str | None = None
        try:
            self.instruments.find(found.symbol)
        except InvalidValue as error:
            refused = error.message
        return ListedInstrument(found.instrument, found.trading_symbol, found.token, found.intraday_allowed, refused)


def configured_list(state_dir: Path | None) -> AngelOneList:
    """The list that the environment names, in another folder where one is given. Nothing is fetched yet."""
    instruments, source = instrument_list(state_dir or state_folder(os.environ), angelone_of(os.environ))
    return AngelOneList(instruments, source, SystemClock())
