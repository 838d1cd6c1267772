"""What a fill costs: versioned schedules, each with its source and date.

Asked by settle.py for each fill, by exposure.py and preview.py beforehand.

Charges are reckoned on an order's whole filled value and rounded to the paisa there; a fill bears what the order's
total grew by. So brokerage with a floor and a cap is right for partial fills, and totals do not depend on how an
order was cut up.

A schedule has a name and versions, each from a date on; a fill is charged by the newest version of its day (UTC, which
is the trading day in India too), and by the oldest for days before all of them. `name@date` is one version alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from engine.domain.errors import InvalidValue
from engine.domain.instant import DAY, Instant, iso
from engine.domain.instrument import MONEY_DIGITS, MONEY_UNIT
from engine.domain.order import Side

ZERO = Decimal(0)
GST = Decimal("0.18")
SEBI = Decimal("0.000001")  # 10 rupees a crore
_BROKERAGE_LEAST, _BROKERAGE_MOST, _BROKERAGE = Decimal(5), Decimal(20), Decimal("0.001")

Rates: TypeAlias = Callable[[Side, Decimal], dict[str, Decimal]]  # an order's side and filled value, to exact lines


@dataclass(frozen=True, slots=True)
class Charges:
    """A total and the lines it is made of; the lines sum to the total to the paisa."""

    total: Decimal
    lines: Mapping[str, Decimal]


NO_CHARGES = Charges(ZERO, {})


@dataclass(frozen=True, slots=True)
class Equity:
    """Indian equity at Angel One; shares of the order's value. `depository` is rupees an order that sells.

    Brokerage an executed order: the lower of 20 rupees and 0.1 %, at least 5. GST on brokerage, transaction, SEBI and
    depository charges. STT and stamp duty are not rounded to the rupee, as contract notes may.
    """

    transaction: Decimal
    stt_buy: Decimal
    stt_sell: Decimal
    stamp_buy: Decimal
    depository: Decimal = ZERO

    def __call__(self, side: Side, value: Decimal) -> dict[str, Decimal]:
        brokerage = max(_BROKERAGE_LEAST, min(_BROKERAGE_MOST, value * _BROKERAGE))
        transaction, sebi = value * self.transaction, value * SEBI
        depository = self.depository if side is Side.SELL else ZERO
        return {
            "brokerage": brokerage,
            "stt": value * (self.stt_sell if side is Side.SELL else self.stt_buy),
            "transaction": transaction,
            "sebi": sebi,
            "stamp": value * self.stamp_buy if side is Side.BUY else ZERO,
            "depository": depository,
            "gst": (brokerage + transaction + sebi + depository) * GST,
        }


@dataclass(frozen=True, slots=True)
class Fee:
    """One share of the order's value, either side."""

    line: str
    share: Decimal

    def __call__(self, side: Side, value: Decimal) -> dict[str, Decimal]:
        return {self.line: value * self.share}


def _none(side: Side, value: Decimal) -> dict[str, Decimal]:
    """No charges at all."""
    return {}


# Angel One's page of charges as read on 2026-09-20; intraday reconciled with a contract note of 2026-09-24. NSE:
# 0.00297 % and 0.0001 % for the investor protection fund. BSE: groups A and B, others pay more.
_NSE, _BSE = Decimal("0.0000307"), Decimal("0.0000375")
_INTRADAY = {"stt_buy": ZERO, "stt_sell": Decimal("0.00025"), "stamp_buy": Decimal("0.00003")}
# Brokerage of delivery is taken to be intraday's. The depository takes 20 rupees a share and day sold; here an order.
_DELIVERY = {"stt_buy": Decimal("0.001"), "stt_sell": Decimal("0.001"), "stamp_buy": Decimal("0.00015"),
             "depository": Decimal(20)}  # fmt: skip

# Coinbase Advanced by volume of the last 30 days in USD (2025; two public copies agree, Coinbase itself shows an
# account its own rates only: GET /transaction_summary). Volume from, taker, maker, percent.
_COINBASE = (
    ("", "1.20", "0.60"),
    ("_1k", "0.75", "0.35"),
    ("_10k", "0.40", "0.25"),
    ("_50k", "0.25", "0.15"),
    ("_100k", "0.20", "0.10"),  # and beyond 1 million, where the true rates are lower
)

# Name, first day, rates; the versions of a name oldest first.
VERSIONS: tuple[tuple[str, str, Rates], ...] = (
    ("nse_intraday", "2026-09-20", Equity(_NSE, **_INTRADAY)),
    ("nse_delivery", "2026-09-20", Equity(_NSE, **_DELIVERY)),
    ("bse_intraday", "2026-09-20", Equity(_BSE, **_INTRADAY)),
    ("bse_delivery", "2026-09-20", Equity(_BSE, **_DELIVERY)),
    *((f"coinbase_taker{tier}", "2025-01-01", Fee("taker_fee", Decimal(taker) / 100)) for tier, taker, _ in _COINBASE),
    *((f"coinbase_maker{tier}", "2025-01-01", Fee("maker_fee", Decimal(maker) / 100)) for tier, _, maker in _COINBASE),
    ("none", "1970-01-01", _none),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The versions of one name, oldest first: their first days (ISO) and rates."""

    versions: tuple[tuple[str, Rates], ...]

    def on(self, day: str) -> Rates:
        """The rates of a day, an ISO date."""
        found = self.versions[0][1]
        for since, rates in self.versions[1:]:
            if since <= day:
                found = rates
        return found


def _schedules() -> dict[str, Schedule]:
    made: dict[str, Schedule] = {}
    for name, since, rates in VERSIONS:
        before = made[name].versions if name in made else ()
        made[name] = Schedule((*before, (since, rates)))
    return made


SCHEDULES = _schedules()


def schedule(name: str) -> Schedule:
    """A schedule by name, or one version of it by `name@date`; raises InvalidValue naming those that exist."""
    base, at, since = name.partition("@")
    found = SCHEDULES.get(base)
    if found is None:
        raise InvalidValue("charge_schedule", f"unknown schedule {name!r}; there are {', '.join(sorted(SCHEDULES))}")
    if not at:
        return found
    for version in found.versions:
        if version[0] == since:
            return Schedule((version,))
    dates = ", ".join(f"{base}@{first}" for first, _ in found.versions)
    raise InvalidValue("charge_schedule", f"unknown version {name!r}; there are {dates}")


class Tariff:
    """What an account's orders pay: its own schedule, but where a venue has another."""

    __slots__ = ("_by_venue", "_day", "_default", "_of_day")

    def __init__(self, default: str, by_venue: Mapping[str, str]) -> None:
        """Schedules by name; raises InvalidValue for one that does not exist."""
        self._default = schedule(default)
        self._by_venue = {venue: schedule(name) for venue, name in by_venue.items()}
        self._day = -1  # days since 1970, the one whose rates are at hand
        self._of_day: dict[str, Rates] = {}

    def at(self, venue: str, at: Instant) -> Rates:
        """The rates of a fill at a venue at an instant."""
        day = at // DAY
        if day != self._day:
            self._day, self._of_day = day, {}
        found = self._of_day.get(venue)
        if found is None:
            found = self._of_day[venue] = self.rates(venue, iso(at)[:10])
        return found

    def rates(self, venue: str, day: str) -> Rates:
        """The rates of a fill at a venue on a day, an ISO date."""
        return self._by_venue.get(venue, self._default).on(day)


def charges_on(rates: Rates, side: Side, value: Decimal) -> Charges:
    """The charges on an order filled for `value`: the total half to even, the lines by largest remainder."""
    if not value:
        return NO_CHARGES
    exact = whole = ZERO
    lines: dict[str, Decimal] = {}
    remainders: list[tuple[Decimal, str]] = []
    for name, amount in rates(side, value).items():
        if amount:
            line = lines[name] = amount.quantize(MONEY_UNIT, ROUND_DOWN)
            remainders.append((line - amount, name))
            exact += amount
            whole += line
    total = exact.quantize(MONEY_UNIT, ROUND_HALF_EVEN)
    left = int((total - whole).scaleb(MONEY_DIGITS))
    if left:
        remainders.sort()
        for _, name in remainders[:left]:
            lines[name] += MONEY_UNIT
    return Charges(total, lines)


def total_on(rates: Rates, side: Side, value: Decimal) -> Decimal:
    """The total of `charges_on` alone."""
    return sum(rates(side, value).values(), ZERO).quantize(MONEY_UNIT, ROUND_HALF_EVEN) if value else ZERO


def growth(before: Charges, after: Charges) -> Charges:
    """What a fill bears: its order's charges after it less those before it."""
    if before is NO_CHARGES:
        return Charges(after.total, {name: after.lines[name] for name in sorted(after.lines) if after.lines[name]})
    names = sorted({*before.lines, *after.lines})
    lines = {name: after.lines.get(name, ZERO) - before.lines.get(name, ZERO) for name in names}
    return Charges(after.total - before.total, {name: amount for name, amount in lines.items() if amount})
