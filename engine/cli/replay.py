"""`lockstep replay`: a recorded production day, decision by decision, against today's code. Reads a file alone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.cli.arguments import moment
from engine.cli.own_strategies import add_option
from engine.cli.progress import Progress
from engine.domain.instant import Instant, iso
from engine.recording.decisions import Decision
from engine.research.day_replay import Difference, Replayed, replay_day
from engine.strategies.registry import make

EXAMPLE = """example:
  lockstep replay --day recordings/live-practice/2026-03-02-000012-000.day
  lockstep replay --day FILE --bot drift --until 2026-03-02T10:05+05:30

The engine records days where RECORD_DAYS says so, in the folder `recordings` of its state directory. With --bot or
--until every decision of then is printed. Exit code 0 where today's code decides the same, 1 where it does not."""
_SHOWN = ("side", "quantity", "order_type", "limit_price", "state", "type", "outcome", "blocking_reason", "reason",
          "trading_state", "halted_reason")  # fmt: skip


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    parser = subcommands.add_parser(
        "replay",
        help="a recorded day against today's code",
        description="Decide a recorded day again with today's code, and say where it decides differently.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--day", type=Path, required=True, metavar="FILE", help="a recorded day")
    parser.add_argument("--bot", metavar="BOT", help="compare and print this bot's decisions alone")
    parser.add_argument("--until", type=moment, metavar="TIME", help="stop after this market time, given with a zone")
    add_option(parser)
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 where every decision is the same, 1 where one differs. Raises DataError for a file that can't be read."""
    progress = Progress("deciding again")
    one_by_one = (arguments.bot is not None or arguments.until is not None) and not arguments.json
    show = (lambda decision, at: print(_line(decision, at))) if one_by_one else None
    found = replay_day(
        arguments.day, make, bot=arguments.bot, until=arguments.until, show=show, progress=progress.advance
    )
    progress.end()
    print(json.dumps(_told(found), indent=1) if arguments.json else "\n".join(_page(found)))
    return 1 if found.differing else 0


def _page(found: Replayed) -> list[str]:
    header = found.header
    head = (
        f"{header.account.account_id}, {header.day}, run {header.run}, decided by {header.code}: "
        f"{found.events} events, {found.ticks} of them ticks, until {iso(found.reached_at)}"
    )
    cut = ["The recording ends amid a frame: the engine was killed. All before that was compared."] if found.cut else []
    if not found.differing:
        return [head, *cut, f"{found.decisions} decisions, all the same with today's code"]
    lines = [head, *cut, f"{found.differing} of {found.decisions} decisions differ; the first:"]
    return [*lines, *_explained(found.differences[0])]


def _explained(one: Difference) -> list[str]:
    whose = f"bot {one.bot_id} on {one.symbol}" if one.bot_id else "the account"
    lines = [f"  at         {iso(one.at)}, {whose}, on {one.event}"]
    if one.failed is not None:
        return [*lines, f"  now        today's code fails: {one.failed}"]
    for name, decision in (("then", one.then), ("now", one.now)):
        lines.append(f"  {name:<10} {'nothing' if decision is None else _words(decision)}")
    if one.then is not None and one.now is not None:
        lines += [f"  differs    {name}: {_text(one.then, name)} -> {_text(one.now, name)}" for name in one.fields]
    return lines


def _line(decision: Decision, at: Instant) -> str:
    whose = f" {decision.bot_id} {decision.symbol}" if decision.bot_id else ""
    return f"{iso(at)}{whose} {_words(decision)}"


def _words(decision: Decision) -> str:
    fields = decision.fields
    if decision.kind == "DecisionRecord":
        inputs = ", ".join(f"{name} {value:+.6g}" for name, value in sorted(fields["inputs"].items()))
        score = "none" if fields["score"] is None else f"{fields['score']:+.6f}"
        return f"verdict {fields['verdict']} ({fields['detail']}), score {score}, inputs {inputs or 'none'}"
    said = ", ".join(f"{name} {fields[name]}" for name in _SHOWN if fields.get(name) is not None)
    return f"{decision.kind} {fields.get('order_id') or fields.get('signal_id') or ''} {said}".replace("  ", " ")


def _text(decision: Decision, name: str) -> str:
    return json.dumps(decision.fields[name], default=str)


def _told(found: Replayed) -> dict[str, Any]:
    header = found.header
    return {
        "account_id": header.account.account_id,
        **{name: getattr(header, name) for name in ("day", "run", "part", "code")},
        **{name: getattr(found, name) for name in ("cut", "events", "ticks", "decisions", "differing")},
        "reached_at": iso(found.reached_at),
        "differences": [
            {
                "at": iso(one.at),
                **{name: getattr(one, name) for name in ("bot_id", "symbol", "event", "failed")},
                "fields": list(one.fields),
                "then": _fields(one.then),
                "now": _fields(one.now),
            }
            for one in found.differences
        ],
    }


def _fields(decision: Decision | None) -> Mapping[str, Any] | None:
    return None if decision is None else {"kind": decision.kind, **decision.fields}
