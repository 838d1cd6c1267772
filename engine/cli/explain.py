"""`lockstep explain`: why a bot did or did not trade on a bar. Reads the store alone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.cli.arguments import moment
from engine.cli.own_strategies import add_option
from engine.cli.progress import Progress
from engine.domain.instant import instant_of, iso
from engine.ports import Documents, Fields
from engine.research.explanation import Cooldown, Explained, Explanation, JudgedBar, explain

EXAMPLE = """example:
  lockstep explain drift --at 2026-03-02T10:05+05:30
  lockstep explain drift --at 2026-03-02T04:35Z --symbol ACME --json

TIME is any moment within the bar, its open included and its close not, with a zone. Exit code 0 where the bot looked at
that bar, 1 where it did not. Parameters, and so the length of a cool-down, are the bot's present ones."""
_JUDGEMENT = ("at", "score", "verdict", "detail")
_SIGNAL = ("id", "type", "score", "price", "outcome", "blocking_reason", "blocking_detail", "reasons", "order_id")
_ORDER = ("id", "side", "order_type", "quantity", "limit_price", "state", "filled_quantity", "average_price", "reason")


def add_parser(subcommands: Any, open_documents: Callable[[], Documents]) -> None:
    """Declare the subcommand; `open_documents` reaches the store (bootstrap's, handed down by __main__)."""
    parser = subcommands.add_parser(
        "explain",
        help="why a bot did or did not trade",
        description="Why a bot did or did not trade on a bar: inputs, score, confirmation, cool-down, risk, order.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bot", metavar="BOT", help="the bot's id")
    parser.add_argument("--at", type=moment, required=True, metavar="TIME", help="a moment of the bar, with a zone")
    parser.add_argument("--account", metavar="A", help="refuse where the bot is not this account's")
    parser.add_argument("--symbol", metavar="S", help="this symbol alone; all of the bot's, if left out")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    add_option(parser)
    parser.set_defaults(run=lambda arguments: run(arguments, open_documents))


def run(arguments: argparse.Namespace, open_documents: Callable[[], Documents]) -> int:
    """0 where there is a decision on that bar, 1 where there is none."""
    progress = Progress("reading the store")
    found = explain(open_documents(), arguments.bot, arguments.at, arguments.account, arguments.symbol)
    progress.end()
    print(json.dumps(_told(found), indent=1) if arguments.json else "\n".join(_page(found)))
    return 0 if found.bars else 1


def _page(found: Explanation) -> list[str]:
    bot = found.bot
    head = f"{bot['id']} ({bot['strategy']}, {bot['timeframe']}) of {bot['account_id']} at {iso(found.at)}"
    if found.bars:
        return [head, *(line for one in found.bars for line in ("", *_sentences(one)))]
    if not found.there:
        evaluated = (bot.get("status") or {}).get("last_evaluated_at")
        last = "It never looked at a bar." if evaluated is None else f"It looked at a bar last at {_stamp(evaluated)}."
        return [head, f"No decision on that bar, and none within a day of it. {last}"]
    there = " and the last ".join(f"{bar.symbol} closed {iso(bar.closed_at)}" for bar in found.there)
    return [head, f"No decision on that bar. Around that day the first is {there}."]


def _sentences(one: Explained) -> list[str]:
    bar, decision = one.bar, one.bar.decision
    score = "none yet" if decision["score"] is None else f"{decision['score']:+.6f} of -100 to +100"
    lines = [
        f"{bar.symbol}, bar {iso(bar.opened_at)} to {iso(bar.closed_at)} "
        f"({bar.label[:2]}:{bar.label[2:]} in the venue's zone)",
        f"  inputs     {', '.join(f'{name} {value:+.6f}' for name, value in _inputs(bar).items()) or 'none yet'}",
        f"  score      {score}",
        f"  verdict    {decision['verdict']}: {decision['detail']}",
        f"  cool-down  {_cooling(one.cooldown)}",
    ]
    if decision["verdict"] != "signal":
        return [*lines, "  result     no signal on this bar, so nothing was asked of risk and no order was made"]
    if one.signal is None:
        return [*lines, "  result     its signal is not in the store"]
    return [*lines, *_fate(one.signal, one.order)]


def _cooling(cooldown: Cooldown | None) -> str:
    if cooldown is None:
        return "not known: too many fills since"
    if cooldown.last_fill_at is None:
        return f"none: no fill before ({cooldown.length_s} s after one)"
    left = f"{cooldown.left_s} s left" if cooldown.left_s else "over"
    return f"{left} ({cooldown.length_s} s after the last fill, {iso(cooldown.last_fill_at)})"


def _fate(signal: Fields, order: Fields | None) -> list[str]:
    lines = [f"  signal     {signal['type']} at {_plain(signal['price'])}: {'; '.join(signal['reasons'])}"]
    why = f" ({signal['blocking_reason']}): {signal['blocking_detail']}" if signal["blocking_reason"] else ""
    lines.append(f"  risk       {signal['outcome']}{why}")
    if order is None:
        named = signal["order_id"]
        return [*lines, "  order      none" if named is None else f"  order      {named} is not in the store"]
    limit = "" if order["limit_price"] is None else f" at {_plain(order['limit_price'])}"
    average = "" if order["average_price"] is None else f" at {_plain(order['average_price'])} on average"
    filled = f", {_plain(order['filled_quantity'])} filled{average}"
    reason = f": {order['reason']}" if order["reason"] else ""
    placed = f"{order['side']} {_plain(order['quantity'])} {order['order_type']}{limit}"
    steps = ", ".join(f"{step['state']} {_stamp(step['at'])}" for step in order["history"])
    return [*lines, f"  order      {order['id']}, {placed}: {order['state']}{filled}{reason}", f"  its steps  {steps}"]


def _told(found: Explanation) -> dict[str, Any]:
    bot = found.bot
    return {
        "bot_id": bot["id"],
        **{name: bot[name] for name in ("account_id", "strategy", "timeframe")},
        "at": iso(found.at),
        "bars": [_bar(one) for one in found.bars],
        "there": [{"symbol": bar.symbol, "closed_at": iso(bar.closed_at)} for bar in found.there],
    }


def _bar(one: Explained) -> dict[str, Any]:
    bar, cooldown, order = one.bar, one.cooldown, one.order
    last = None if cooldown is None or cooldown.last_fill_at is None else iso(cooldown.last_fill_at)
    return {
        "symbol": bar.symbol,
        "bar_at": iso(bar.opened_at),
        "closed_at": iso(bar.closed_at),
        **{name: bar.decision[name] for name in ("score", "verdict", "detail")},
        "inputs": _inputs(bar),
        "cooldown": cooldown and {"length_s": cooldown.length_s, "left_s": cooldown.left_s, "last_fill_at": last},
        "signal": one.signal and {name: one.signal[name] for name in _SIGNAL},
        "order": order and {name: order[name] for name in _ORDER}
        | {"history": [{"state": step["state"], "at": _stamp(step["at"])} for step in order["history"]]},
    }  # fmt: skip


def _inputs(bar: JudgedBar) -> dict[str, float]:
    return {name: value for name, value in sorted(bar.decision.items()) if name not in _JUDGEMENT}


def _plain(number: float) -> str:
    return f"{number:.12g}"  # as exact as any price or quantity, without a whole number's point


def _stamp(moment: datetime) -> str:
    return iso(instant_of(moment))
