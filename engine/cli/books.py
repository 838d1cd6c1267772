"""`lockstep books rebuild`: an account's books from the full history of its fills, beside those it has. Reads alone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from engine.cli.own_strategies import add_option
from engine.domain.account import ReduceBy
from engine.domain.errors import InvalidValue
from engine.domain.given_number import number_of
from engine.domain.identity import fill_key
from engine.domain.instant import instant_of, iso
from engine.domain.order import Side
from engine.domain.records import AccountRecord, FillRecord
from engine.research.rebuild import Comparison, Kept, compare_books

EXAMPLE = """example:
  lockstep books rebuild --account paper-demo
  lockstep books rebuild --account paper-demo --fills broker.jsonl --json

FILE holds a fill a line, as JSON: order_id, venue_fill_id, bot_id, symbol, side (BUY or SELL), quantity, price,
charges, filled_at (ISO, with its zone). Exit code 0 where both books are the same, 1 where they differ."""
NOT_OFFERED = (
    "Nothing was changed: adopting rebuilt books is not offered yet. What the broker has and the books lack is \
decided difference by difference, on the dashboard."
)
_NEEDED = ("order_id", "venue_fill_id", "bot_id", "symbol", "side", "quantity", "price", "charges", "filled_at")


def add_parser(subcommands: Any, read: Callable[[str], Kept]) -> None:
    """Declare the subcommand; `read` gives what the store has of an account (bootstrap's, handed down by __main__)."""
    books = subcommands.add_parser(
        "books",
        help="an account's books, made anew",
        description="An account's books, made anew from its fills.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = books.add_subparsers(metavar="DEED", required=True)
    rebuild = deeds.add_parser(
        "rebuild",
        help="make them anew and compare",
        description=f"{__doc__} Adopting what comes of it is not offered yet: nothing is written.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rebuild.add_argument("--account", required=True, metavar="A", help="the account's id")
    rebuild.add_argument("--fills", type=Path, metavar="FILE", help="its fills as JSON lines; the store's, if left out")
    rebuild.add_argument("--cash", type=_cash, metavar="C", help="what it began with, where the books do not say")
    ways = [way.value for way in ReduceBy]
    rebuild.add_argument("--reduce-by", choices=ways, default=ways[0], help="which part an exit takes, as in its bots")
    rebuild.add_argument("--json", action="store_true", help="print every figure as JSON")
    add_option(rebuild)
    rebuild.set_defaults(run=lambda arguments: run(arguments, read))


def run(arguments: argparse.Namespace, read: Callable[[str], Kept]) -> int:
    """0 where both books are the same, 1 where they differ."""
    kept = read(arguments.account)
    kept = replace(kept, account=replace(kept.account, reduce_by=ReduceBy(arguments.reduce_by)))
    if arguments.fills is not None:
        kept = replace(kept, facts=replace(kept.facts, fills=read_fills(arguments.fills, arguments.account)))
    if arguments.cash is not None:
        kept = replace(kept, states=tuple(_beginning(record, arguments.cash) for record in kept.states))
    found = compare_books(kept)
    print(json.dumps(_told(found), indent=1) if arguments.json else "\n".join(_page(found)))
    return 1 if found.different else 0


def read_fills(file: Path, account_id: str) -> tuple[FillRecord, ...]:
    """A fill a line, oldest first. Raises InvalidValue naming the file, the line and what is wrong; OSError."""
    fills: dict[str, FillRecord] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidValue(str(file), f"is no text in UTF-8: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                fill = _fill(json.loads(line, parse_float=Decimal, parse_int=Decimal), account_id)
            except (ValueError, TypeError, InvalidOperation, RecursionError) as error:
                raise InvalidValue(f"{file}, line {number}", str(error) or type(error).__name__) from error
            fills.setdefault(fill.fill_key, fill)  # a broker may list a fill twice
    return tuple(sorted(fills.values(), key=lambda fill: fill.filled_at))


def _fill(row: Any, account_id: str) -> FillRecord:
    if not isinstance(row, Mapping):
        raise ValueError("is no JSON object")
    missing = [name for name in _NEEDED if row.get(name) is None]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    order_id, venue_fill_id = str(row["order_id"]), str(row["venue_fill_id"])
    quantity, price, charges = (_number(row, name) for name in ("quantity", "price", "charges"))
    if quantity <= 0 or price <= 0:
        raise ValueError("quantity and price must be above 0")
    return FillRecord(
        fill_key=fill_key(account_id, order_id, venue_fill_id),
        order_id=order_id,
        venue_fill_id=venue_fill_id,
        bot_id=str(row["bot_id"]),
        symbol=str(row["symbol"]),
        side=Side(row["side"]),
        quantity=quantity,
        price=price,
        charges=charges,
        charge_lines={},
        filled_at=instant_of(datetime.fromisoformat(str(row["filled_at"]))),
    )


def _number(row: Mapping[str, Any], name: str) -> Decimal:
    value = Decimal(str(row[name]))
    if not value.is_finite():
        raise ValueError(f"{name} is no number: {row[name]}")
    return number_of(name, value)


def _beginning(record: Any, cash: Decimal) -> Any:
    return replace(record, start_cash=cash) if isinstance(record, AccountRecord) else record


def _cash(text: str) -> Decimal:
    try:
        cash = Decimal(text)
    except InvalidOperation:
        cash = Decimal("NaN")
    if not cash.is_finite() or cash <= 0:
        raise argparse.ArgumentTypeError(f"must be a number above 0, is {text!r}")
    return cash


def _told(found: Comparison) -> dict[str, Any]:
    return {
        "account_id": found.account.account_id,
        "as_of": iso(found.account.market_at),
        "fills": found.fills,
        "same": not found.different,
        "figures": len(found.lines),
        "differences": [
            {"what": line.what, "books": line.books, "rebuilt": line.rebuilt} for line in found.different
        ],
    }  # fmt: skip


def _page(found: Comparison) -> list[str]:
    head = f"{found.account.account_id}: {found.fills} fills, books as of {iso(found.account.market_at)} (market time)"
    if not found.different:
        return [head, f"The same in all {len(found.lines)} figures."]
    width = max(len(line.what) for line in found.different)
    rows = [f"{line.what:{width}}  {line.books:>24}  {line.rebuilt:>24}" for line in found.different]
    summary = f"{len(found.different)} of {len(found.lines)} figures differ."
    return [head, f"{'':{width}}  {'books':>24}  {'rebuilt':>24}", *rows, summary, NOT_OFFERED]
