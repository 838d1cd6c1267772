"""What is listed: the instrument master, as rows of the real file. Feeds market, desk and the master's route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

EXCHANGE_TYPES = {"NSE": 1, "NFO": 2, "BSE": 3, "BFO": 4, "MCX": 5, "NCX": 7, "CDE": 13}
INDEX = "AMXIDX"
BAND_PCT = 10  # the day's price band around the previous close


@dataclass(frozen=True)
class Listing:
    """One instrument. Prices and the tick are paise; `auction` stocks stop continuous trading at 15:15."""

    token: str
    symbol: str
    exchange: str
    tick: int
    previous_close: int
    auction: bool = True
    kind: str = ""
    lot: int = 1

    @property
    def name(self) -> str:
        """Without the series."""
        return self.symbol.removesuffix("-EQ").removesuffix("-BE")

    @property
    def exchange_type(self) -> int:
        """As the market socket numbers exchanges."""
        return EXCHANGE_TYPES[self.exchange]

    @property
    def band(self) -> tuple[int, int]:
        """Lowest and highest price of the day, in whole ticks."""
        reach = self.previous_close * BAND_PCT // 100
        low, high = self.previous_close - reach, self.previous_close + reach
        return -(-low // self.tick) * self.tick, high // self.tick * self.tick

    def row(self) -> dict[str, Any]:
        """As the master has it: everything a string, strike and tick in paise."""
        return {
            "token": self.token,
            "symbol": self.symbol,
            "name": self.name,
            "expiry": "",
            "strike": "0.000000" if self.kind == INDEX else "-1.000000",
            "lotsize": str(self.lot),
            "instrumenttype": self.kind,
            "exch_seg": self.exchange,
            "tick_size": f"{self.tick}.000000",
        }


# Tokens as the real master has them; prices are invented.
DEFAULT = (
    Listing("2885", "RELIANCE-EQ", "NSE", 10, 140_000),
    Listing("3045", "SBIN-EQ", "NSE", 5, 82_000),
    Listing("1594", "INFY-EQ", "NSE", 5, 150_000),
    Listing("11536", "TCS-EQ", "NSE", 10, 310_000),
    Listing("1333", "HDFCBANK-EQ", "NSE", 5, 98_000),
    Listing("10576", "NIFTYBEES-EQ", "NSE", 1, 28_000, auction=False),
    Listing("500325", "RELIANCE", "BSE", 10, 140_000),
    Listing("99926000", "Nifty 50", "NSE", 5, 2_500_000, auction=False, kind=INDEX),
)


def with_invented(count: int) -> tuple[Listing, ...]:
    """The default ones, and so many more that nobody has: for trials with a thousand symbols."""
    more = (
        Listing(str(700_000 + number), f"MADE{number:04d}-EQ", "NSE", 5, 10_000 + 500 * (number % 400))
        for number in range(count)
    )
    return (*DEFAULT, *more)
