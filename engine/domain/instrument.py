"""What can be traded or watched, and its units. Made by market_data from the catalogue; used everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from engine.domain.errors import InvalidValue

MONEY_DIGITS = 2
MONEY_UNIT = Decimal("0.01")  # paise and cents: the smallest unit of every currency traded here


@dataclass(frozen=True, slots=True)
class Instrument:
    """A tradable or watch-only instrument.

    Prices travel as whole numbers of 10**-price_digits ("units") on the tick path and as Decimal from the order on.
    `band_low` and `band_high` are the day's price limits (currency, both allowed), None where they are not known.
    `closing_auction`: it leaves continuous trading before the session's close (NSE: the shares that have derivatives).
    """

    symbol: str
    venue: str
    currency: str
    price_digits: int
    quantity_digits: int
    tick_size: Decimal
    lot_size: Decimal
    minimum_notional: Decimal = Decimal(1)
    tradable: bool = True
    name: str = ""
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    closing_auction: bool = False

    def __post_init__(self) -> None:
        if not self.symbol or len(self.symbol) > 40:
            raise InvalidValue("symbol", f"{self.symbol!r} is not a symbol: 1 to 40 characters")
        if not 0 <= self.price_digits <= 10 or not 0 <= self.quantity_digits <= 10:
            raise InvalidValue("digits", f"{self.symbol}: digits must be 0 to 10")
        if self.tick_size <= 0 or self.lot_size <= 0:
            raise InvalidValue("lot_size", f"{self.symbol}: tick size and lot size must be positive")
        if self.band_low is not None and self.band_high is not None and not 0 < self.band_low <= self.band_high:
            raise InvalidValue("band_low", f"{self.symbol}: the price band must be above 0 and in order")

    def price_of(self, units: int) -> Decimal:
        """The price in currency of a whole number of price units."""
        return Decimal(units).scaleb(-self.price_digits)

    def units_of(self, price: Decimal) -> int:
        """A price in currency as price units, half to even."""
        return int(price.scaleb(self.price_digits).to_integral_value(ROUND_HALF_EVEN))

    def whole_lots(self, quantity: Decimal) -> Decimal:
        """The largest whole number of lots that is no more than the quantity."""
        return (quantity / self.lot_size).to_integral_value(ROUND_DOWN) * self.lot_size

    def value_of(self, price: Decimal, quantity: Decimal) -> Decimal:
        """Price times quantity in whole paise or cents, half to even."""
        return (price * quantity).quantize(MONEY_UNIT, ROUND_HALF_EVEN)
