"""`lockstep backtest`: history through the live engine, and a folder of what came of it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.cli.bots_file import read_bots_file
from engine.cli.progress import Progress
from engine.core.charges import SCHEDULES
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.instant import iso
from engine.market_data.columns import MarketData
from engine.market_data.files import data_digest
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.files import write_folder
from engine.research.summary import summarize
from engine.simulation.fill_model import FillModel
from engine.strategies.bot_list import BotList, number_of
from engine.strategies.registry import checked_parameters, make
from engine.strategies.replay_account import replay_account

EXAMPLE = """example:
  lockstep backtest --strategy confluence --data data/2021-04-28 --set confirm_s=300 --out results/today"""


def add_parser(subcommands: Any) -> None:
    """Declare the subcommand."""
    parser = subcommands.add_parser(
        "backtest",
        help="run bots over history with the live engine",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--strategy", metavar="NAME", help="one bot of this strategy on all symbols")
    who.add_argument("--bots", type=Path, metavar="FILE", help="the bots of this file (JSON or TOML)")
    parser.add_argument("--data", nargs="+", action="extend", required=True, metavar="PATH", help="files or folders")
    parser.add_argument("--symbol", nargs="+", action="extend", metavar="S", help="only these symbols")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", dest="settings",
                        help="parameters of --strategy; also timeframe=5m")  # fmt: skip
    parser.add_argument("--from", type=_day, metavar="DATE", dest="first_day", help="first day, YYYY-MM-DD")
    parser.add_argument("--to", type=_day, metavar="DATE", dest="last_day", help="last day, included")
    parser.add_argument("--zone", help="zone of times without an offset (default: the venue's)")
    parser.add_argument("--cash", type=_decimal, metavar="N", help="starting cash")
    parser.add_argument("--fees", choices=sorted(SCHEDULES), metavar="SCHEDULE",
                        help=f"charges: {', '.join(sorted(SCHEDULES))}")  # fmt: skip
    parser.add_argument("--seed", type=int, metavar="N", help="seed of latency and partial fills")
    parser.add_argument("--latency-ms", type=int, default=0, metavar="N", help="market time until an order can fill")
    parser.add_argument("--partial-pct", type=int, default=0, metavar="N", help="orders of a hundred filled in parts")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the result's files here")
    parser.add_argument("--json", action="store_true", help="print summary.json")
    parser.set_defaults(run=run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2021-04-28") from None


def _decimal(text: str) -> Decimal:
    try:
        return number_of("cash", text)
    except InvalidValue as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(arguments: argparse.Namespace) -> int:
    """Run it; returns the exit code."""
    wall = perf_counter()
    given = read_bots_file(arguments.bots) if arguments.bots else None
    if given is None:
        check_strategy(arguments)
    elif arguments.settings:
        raise InvalidValue("--set", "goes with --strategy; the bots of a file have their own parameters")
    progress = Progress("Reading data")
    started = perf_counter()
    data = read_market_data(
        arguments.data,
        symbols=arguments.symbol,
        first_day=arguments.first_day,
        last_day=arguments.last_day,
        zone=arguments.zone,
    )
    load_seconds = perf_counter() - started
    for note in data.notes:
        print(note, file=sys.stderr)
    bots_file = _overridden(given or _one_bot(arguments, data), arguments)
    account = replay_account(bots_file, data_digest(arguments.data))
    model = FillModel(bots_file.seed, latency_ms=arguments.latency_ms, partial_pct=arguments.partial_pct)
    progress.begin("Trading")
    result = run_backtest(account, bots_file.bots, data, model=model, progress=progress.advance)
    progress.end()
    summary = summarize(result, load_seconds=load_seconds, wall_seconds=perf_counter() - wall)
    if arguments.out:
        write_folder(arguments.out, result, summary)
    _tell(arguments, account, result, summary)
    return 1 if result.halted else 0


def check_strategy(arguments: argparse.Namespace) -> None:
    """Refuse wrong words before any data is read."""
    make(arguments.strategy, _parameters(arguments.settings)[0])


def _parameters(settings: list[str]) -> tuple[dict[str, str], str]:
    parameters: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name or not value:
            raise InvalidValue("--set", f"{setting!r} is not key=value")
        parameters[name] = value
    timeframe = parameters.pop("timeframe", "1m")
    return parameters, timeframe


def _one_bot(arguments: argparse.Namespace, data: MarketData) -> BotList:
    parameters, timeframe = _parameters(arguments.settings)
    name = arguments.strategy
    typed = checked_parameters(name, parameters)
    return BotList((BotSpec(name, name, data.symbols, name=name, parameters=typed, timeframe=timeframe),))


def _overridden(bots_file: BotList, arguments: argparse.Namespace) -> BotList:
    if arguments.cash is not None:
        bots_file = replace(bots_file, cash=arguments.cash)
    if arguments.fees is not None:
        bots_file = replace(bots_file, charge_schedule=arguments.fees)
    if arguments.seed is not None:
        bots_file = replace(bots_file, seed=arguments.seed)
    return bots_file


def _tell(arguments: argparse.Namespace, account: AccountSpec, result: BacktestResult, summary: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(summary, indent=2))
        return
    rate = "-" if summary["win_rate"] is None else f"{summary['win_rate'] * 100:.1f} %"
    print(f"{summary['from']} to {summary['to']}: {len(result.symbols)} symbols, {summary['ticks']:,} ticks, "
          f"{summary['bars']:,} bars in {summary['engine_seconds']:.2f} s")  # fmt: skip
    dropped = ", ".join(f"{rule} {count:,}" for rule, count in summary["ticks_dropped"].items())
    print(f"ticks left out: {dropped or 'none'}")
    print(f"{summary['signals']} signals, {summary['orders']} orders, {summary['fills']} fills, "
          f"{summary['trades']} trades, win rate {rate}")  # fmt: skip
    print(f"gross {summary['gross_pnl']:+,.2f}, charges {summary['charges']:,.2f}, net {summary['net_pnl']:+,.2f} "
          f"{account.currency} ({summary['return_pct']:+.2f} %)")  # fmt: skip
    print(f"decisions {summary['decisions_digest']}")
    for trip in result.trips:
        print(f"{iso(trip.at)} {trip.detail}")
    if result.halted:
        print(f"halted: {result.halted}", file=sys.stderr)
    if arguments.out:
        print(f"written to {arguments.out}")
