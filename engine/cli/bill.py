"""What an account's bots cost in Firestore: measured rates times published prices. Fed by bill_rates.json; feeds cost.

The rates are counts of a real run an hour (`python -m bench.bill` measures them and writes the file): one bot on ten
symbols. Each collection grows with one thing: the account, its bots, the symbols, or each bot's symbols. Another
account scales it by that. Reads of the lease are one a commit, and commits go by the clock: they grow with the account.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

RATES = "bill_rates.json"
TICKS_AN_HOUR = 3600  # of a symbol, one a second: what a write per tick would be

# What a collection's writes grow with: the bars that a bot judges at one time go into one document of the hour. Those
# not named here grow with the account: one document, paced by the clock.
_GROWS_WITH = {
    "bots": "bots",
    "decisions": "bots",
    "bars": "symbols",
    **dict.fromkeys(("trading_signals", "orders", "fills", "open_positions", "closed_trades"), "bot_symbols"),
}
_BYTES_GROW_WITH = {**_GROWS_WITH, "decisions": "bot_symbols"}
# Nobody's screen listens to these.
_UNHEARD = frozenset({"leases", "commands", "controls", "risk_policies", "users"})


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars: a 100,000 documents read, written, deleted; a GiB stored a month.

    The defaults are the multi-region (nam5, eur3) list prices of https://cloud.google.com/firestore/pricing in the copy
    at https://www.twblogs.net/a/5e4f845fbd9eee101e8581aa, of February 2020, looked up on 2026-11-21: the page's present
    table depends on the location and was not to be had. Single regions are cheaper, some by half.
    """

    read: Decimal = Decimal("0.06")
    write: Decimal = Decimal("0.18")
    delete: Decimal = Decimal("0.02")
    stored: Decimal = Decimal("0.18")


PRICES_FROM = "Google's multi-region list prices of February 2020 (looked up 2026-11-21); give your location's"
_HUNDRED_THOUSAND = Decimal(100_000)
_GIB = Decimal(2**30)


@dataclass(frozen=True, slots=True)
class Account:
    """One account: its bots, the symbols that each of them trades (the same ones), and for how many market hours."""

    bots: int
    symbols: int
    hours: float


@dataclass(frozen=True, slots=True)
class Bill:
    """For the whole account and time. `stored_usd` is a month's keep of what was left; `usd` all the rest.

    `fence_reads` are looks at the lease within commits, each taken for a document read: how Google bills them is not
    published.
    """

    writes: float
    deletes: float
    engine_reads: float
    fence_reads: float
    screen_reads: float
    stored_bytes: float
    usd: Decimal
    stored_usd: Decimal
    writes_by_collection: Mapping[str, float]


def read_rates() -> dict[str, Any]:
    """The measured rates that this version came with."""
    rates: dict[str, Any] = json.loads(files("engine.cli").joinpath(RATES).read_text(encoding="utf-8"))
    return rates


def bill(rates: Mapping[str, Any], account: Account, prices: Prices, *, watched: bool) -> Bill:
    """The bill of an account that one screen watches all the time, or none.

    While watched, each write to a collection that screens listen to is a read as well: the most there can be.
    """
    measured = rates["watched" if watched else "unwatched"]
    writes = _scaled(measured["writes"], _GROWS_WITH, rates, account)
    deletes = sum(_scaled(measured["deletes"], _GROWS_WITH, rates, account).values())
    stored = sum(_scaled(measured["stored_bytes"], _BYTES_GROW_WITH, rates, account).values())
    engine_reads = measured["engine_reads"] * account.hours
    fence_reads = measured["fence_reads"] * account.hours
    screen_reads = sum(count for name, count in writes.items() if name not in _UNHEARD) if watched else 0.0
    total = sum(writes.values())
    documents = (
        _exact(engine_reads + fence_reads + screen_reads) * prices.read
        + _exact(total) * prices.write
        + _exact(deletes) * prices.delete
    )
    return Bill(
        writes=total,
        deletes=deletes,
        engine_reads=engine_reads,
        fence_reads=fence_reads,
        screen_reads=screen_reads,
        stored_bytes=stored,
        usd=documents / _HUNDRED_THOUSAND,
        stored_usd=_exact(stored) * prices.stored / _GIB,
        writes_by_collection=writes,
    )


def _scaled(
    counts: Mapping[str, float], growth: Mapping[str, str], rates: Mapping[str, Any], account: Account
) -> dict[str, float]:
    asked = {"bots": account.bots, "symbols": account.symbols, "bot_symbols": account.bots * account.symbols}
    scaled = {}
    for name, an_hour in counts.items():
        grows_with = growth.get(name)
        factor = 1.0 if grows_with is None else asked[grows_with] / rates[grows_with]
        scaled[name] = an_hour * factor * account.hours
    return scaled


def _exact(count: float) -> Decimal:
    return Decimal(str(count))
