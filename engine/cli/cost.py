"""`lockstep cost`: the Firestore bill of an account, from writes measured in a real run and dated prices."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.cli.bill import PRICES_FROM, TICKS_AN_HOUR, Account, Bill, Prices, bill, read_rates

EXAMPLE = """example:
  lockstep cost --bots 3 --symbols 10 --hours 6.25
  lockstep cost --bots 1 --symbols 10 --hours 1 --write-usd 0.09 --read-usd 0.03 --json"""
_WAYS = ("unwatched", "watched")


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    parser = subcommands.add_parser(
        "cost",
        help="what Firestore costs",
        description="The Firestore bill of one account: while no screen watches, and while one watches all the time. "
        f"Default prices: {PRICES_FROM}. Free quotas are not taken off, network and indexes not counted.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bots", type=_count, required=True, metavar="N", help="bots of the account")
    parser.add_argument("--symbols", type=_count, required=True, metavar="M", help="symbols that each of them trades")
    parser.add_argument("--hours", type=_hours, required=True, metavar="H", help="market hours")
    known = Prices()
    for name, default, what in (
        ("read", known.read, "100,000 documents read"),
        ("write", known.write, "100,000 documents written"),
        ("delete", known.delete, "100,000 documents deleted"),
        ("stored", known.stored, "a GiB stored a month"),
    ):
        words = f"{what}, US dollars (default {default})"
        parser.add_argument(f"--{name}-usd", type=_price, default=default, metavar="USD", help=words)
    parser.add_argument("--json", action="store_true", help="print the bill as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Reckon and print; always good."""
    rates = read_rates()
    account = Account(arguments.bots, arguments.symbols, arguments.hours)
    prices = Prices(arguments.read_usd, arguments.write_usd, arguments.delete_usd, arguments.stored_usd)
    bills = {way: bill(rates, account, prices, watched=way == "watched") for way in _WAYS}
    measured = {name: rates[name] for name in ("command", "date", "commit", "hours", "bots", "symbols")}
    if arguments.json:
        print(json.dumps(_told(account, prices, bills, measured), indent=1))
    else:
        print("\n".join(_page(account, bills, measured)))
    return 0


def _told(account: Account, prices: Prices, bills: dict[str, Bill], measured: dict[str, Any]) -> dict[str, Any]:
    asked = {"bots": account.bots, "symbols": account.symbols, "hours": account.hours}
    unit = {name: float(getattr(prices, name)) for name in ("read", "write", "delete", "stored")}
    default = prices == Prices()
    return {
        **asked,
        **{way: {**_lines(account, found), "writes_by_collection": _rounded(found)} for way, found in bills.items()},
        "prices_usd": {**unit, "source": PRICES_FROM if default else "as given, the rest: " + PRICES_FROM},
        "measured": measured,
    }


def _rounded(found: Bill) -> dict[str, float]:
    return {name: round(count, 1) for name, count in found.writes_by_collection.items()}


def _lines(account: Account, found: Bill) -> dict[str, dict[str, float]]:
    """Each line of the bill for the account and a bot-hour."""
    bot_hours = account.bots * account.hours
    lines = {
        "writes": found.writes,
        "deletes": found.deletes,
        "engine_reads": found.engine_reads,
        "fence_reads": found.fence_reads,
        "screen_reads": found.screen_reads,
        "stored_bytes": found.stored_bytes,
        "usd": float(found.usd),
        "stored_usd_a_month": float(found.stored_usd),
    }
    told = {name: {"all": _short(value), "bot_hour": _short(value / bot_hours)} for name, value in lines.items()}
    by_tick = account.symbols * TICKS_AN_HOUR * account.hours
    told["writes_of_a_write_per_tick"] = {"all": by_tick, "share": round(found.writes / by_tick, 4)}
    return told


def _short(value: float) -> float:
    return round(value, 1) if value >= 100 else float(f"{value:.4g}")


def _page(account: Account, bills: dict[str, Bill], measured: dict[str, Any]) -> list[str]:
    lines = {way: _lines(account, found) for way, found in bills.items()}
    names = {
        "writes": "documents written",
        "deletes": "documents deleted",
        "engine_reads": "documents read by the engine",
        "fence_reads": "the lease looked at by commits",
        "screen_reads": "documents read by a screen, at most",
        "stored_bytes": "bytes stored, indexes left out",
        "usd": "US dollars",
        "stored_usd_a_month": "US dollars a month kept",
    }
    head = f"{'':36}{'unwatched':>14}{'a bot-hour':>14}{'watched':>14}{'a bot-hour':>14}"
    page = [f"Firestore. Bots: {account.bots}, symbols each: {account.symbols}, market hours: {account.hours:g}", head]
    for name, words in names.items():
        cells = [lines[way][name][of] for way in _WAYS for of in ("all", "bot_hour")]
        page.append(f"{words:36}" + "".join(f"{cell:>14,.6g}" for cell in cells))
    shares = " and ".join(_share(lines[way]["writes_of_a_write_per_tick"]["share"], way) for way in _WAYS)
    return [
        *page,
        f"Of what a write per tick (one a second and symbol) would write, this is {shares}.",
        "Watched: a screen is open (POST /presence within 90 s), and prices are written each second, not each ten.",
        "A commit's look at the lease is taken for a document read: how Google bills it is not published.",
        f"Prices: {PRICES_FROM} (--read-usd and so on).",
        f"Measured {measured['date']}, {measured['command']}: bots {measured['bots']}, symbols {measured['symbols']}.",
    ]


def _share(share: float, way: str) -> str:
    return f"{share:.1%} (1/{1 / share:.1f}) {way}" if share > 0 else f"nothing {way}"


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, is {text!r}")
    return number


def _hours(text: str) -> float:
    number = _number(text)
    if not 0 < number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most 1000000, is {text!r}")
    return float(number)


def _price(text: str) -> Decimal:
    number = _number(text)
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"must be 0 to 1000000, is {text!r}")
    return number


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"must be a number, is {text!r}")
    return number
