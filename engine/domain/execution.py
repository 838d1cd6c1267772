"""How a bot's orders go to the venue: priced how, kept how long, replaced how often. Set by people, used by core."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.domain.errors import InvalidValue

_BPS_MAX = 1_000
_MINUTE_S = 60


class EntryStyle(StrEnum):
    """At the market, at a limit, at one that must not trade on arrival, at one beyond the price to trade at once."""

    MARKET = "market"
    LIMIT = "limit"
    POST_ONLY = "post_only"
    MARKETABLE_LIMIT = "marketable_limit"


class ExitStyle(StrEnum):
    """At the market, or at a limit beyond it: at once, but not at any price."""

    MARKET = "market"
    MARKETABLE_LIMIT = "marketable_limit"


@dataclass(frozen=True, slots=True)
class Execution:
    """A bot's setting. The default sends everything at the market, and nothing else here applies then.

    offset_bps          how far behind the price an entry's limit stands, basis points of the price
    collar_bps          how far beyond the decision price an order may go, basis points of it
    replace_after_s     market time until an order not filled is taken back; whole minutes, as minutes drive it
    replacements_max    further attempts at an entry; an exit has no such bound
    """

    entries: EntryStyle = EntryStyle.MARKET
    exits: ExitStyle = ExitStyle.MARKET
    offset_bps: Decimal = Decimal(0)
    collar_bps: Decimal = Decimal(50)
    replace_after_s: int = 60
    replacements_max: int = 3

    def __post_init__(self) -> None:
        if not self.offset_bps.is_finite() or not 0 <= self.offset_bps <= _BPS_MAX:
            raise InvalidValue("execution.offset_bps", f"must be 0 to {_BPS_MAX}, is {self.offset_bps}")
        if not self.collar_bps.is_finite() or not 0 < self.collar_bps <= _BPS_MAX:
            raise InvalidValue("execution.collar_bps", f"must be above 0 and at most {_BPS_MAX}, is {self.collar_bps}")
        if not _MINUTE_S <= self.replace_after_s <= 86_400 or self.replace_after_s % _MINUTE_S:
            raise InvalidValue(
                "execution.replace_after_s", f"must be whole minutes, 60 to 86400, is {self.replace_after_s}"
            )
        if not 0 <= self.replacements_max <= 20:
            raise InvalidValue("execution.replacements_max", f"must be 0 to 20, is {self.replacements_max}")
