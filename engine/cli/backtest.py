"""`lockstep backtest`: history through the live engine, and a folder of what came of it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.cli.arguments import add_settings, amount, day, folder, settings_of
from engine.cli.backtest_words import tell
from engine.cli.bots_file import read_bots_file
from engine.cli.data_paths import located, told_days
from engine.cli.own_strategies import add_option
from engine.cli.progress import Progress
from engine.core.charges import SCHEDULES
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.fill_terms import BOUNDS, DEFAULT_FILLS, FillTerms
from engine.market_data.columns import MarketData
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.research.backtest import run_backtest
from engine.research.benchmark import buy_and_hold
from engine.research.doubts import doubts_of
from engine.research.files import write_folder
from engine.research.report.beside import Beside
from engine.research.summary import summarize
from engine.simulation.fill_model import FillModel
from engine.simulation.intrabar import Intrabar
from engine.strategies.bot_list import BotList
from engine.strategies.registry import checked_parameters, make
from engine.strategies.replay_account import replay_account

EXAMPLE = """example:
  lockstep backtest --strategy confluence --data data/2021-04-28 --set confirm_s=300 --out results/today
  lockstep backtest --bots bots.json --data bars/2021 --intrabar both --slippage-bps 3 --out results/year

What every figure means, and what is assumed where the data do not say: docs/BACKTEST.md"""
BOTH = "both"


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
    add_option(parser)
    parser.add_argument("--data", nargs="+", action="extend", required=True, metavar="PATH", help="files or folders")
    parser.add_argument("--symbol", nargs="+", action="extend", metavar="S", help="only these symbols")
    add_settings(parser, "parameters of --strategy; also timeframe=5m")
    parser.add_argument("--from", type=day, metavar="DATE", dest="first_day", help="first day, YYYY-MM-DD")
    parser.add_argument("--to", type=day, metavar="DATE", dest="last_day", help="last day, included")
    parser.add_argument("--zone", help="zone of times without an offset (default: the venue's)")
    parser.add_argument("--cash", type=amount, metavar="N", help="starting cash")
    parser.add_argument("--fees", choices=sorted(SCHEDULES), metavar="SCHEDULE",
                        help=f"charges: {', '.join(sorted(SCHEDULES))}")  # fmt: skip
    parser.add_argument("--seed", type=int, metavar="N", help="draws which orders fill in parts, or never")
    _add_fills(parser)
    parser.add_argument("--out", type=folder, metavar="DIR", help="write the result's files here")
    parser.add_argument("--json", action="store_true", help="print summary.json")
    parser.set_defaults(run=run)


def _add_fills(parser: argparse.ArgumentParser) -> None:
    """Declare how orders fill; what is not said is the bots file's, or the default."""
    fills = parser.add_argument_group("how orders fill (default: as the bots file says, else whole, at once, 1 bps)")
    fills.add_argument("--slippage-bps", type=int, metavar="N", help="basis points of the price against us")
    fills.add_argument("--latency-ms", type=int, metavar="N", help="market time until an order can fill")
    fills.add_argument("--partial-pct", type=int, metavar="N", help="orders of a hundred filled in parts")
    fills.add_argument("--unfilled-pct", type=int, metavar="N", help="resting limit orders of a hundred never filled")
    fills.add_argument("--intrabar", choices=(*(rule.value for rule in Intrabar), BOTH),
                       help="with bars: how exits within one are priced; both shows the two side by side")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Run it; returns the exit code."""
    wall = perf_counter()
    given = read_bots_file(arguments.bots) if arguments.bots else None
    if given is None:
        make(arguments.strategy, _parameters(arguments)[0])  # refuse wrong words before any data is read
    elif arguments.settings:
        raise InvalidValue("--set", "goes with --strategy; the bots of a file have their own parameters")
    terms = _fill_terms(given, arguments)
    arguments.data, days = located(arguments.data), told_days()
    progress = Progress("Reading data")
    started = perf_counter()
    data = read_market_data(
        arguments.data,
        symbols=arguments.symbol,
        first_day=arguments.first_day,
        last_day=arguments.last_day,
        zone=arguments.zone,
        calendars=days.calendar,
    )
    load_seconds = perf_counter() - started
    for note in data.notes:
        print(note, file=sys.stderr)
    intrabar = _intrabar(arguments, data)
    bots_file = replace(_overridden(given or _one_bot(arguments, data), arguments), fills=terms)
    digest = data_digest(arguments.data, days.digest)
    account = replace(replay_account(bots_file, digest), currency=data.currency)
    doubts = doubts_of(account, bots_file.bots, data)
    for doubt in doubts:
        print(doubt, file=sys.stderr)
    progress.begin("Trading")
    model = FillModel.of(account, intrabar)
    result = run_backtest(account, bots_file.bots, data, model=model, progress=progress.advance)
    twin = _twin(account, bots_file, data, progress) if arguments.intrabar == BOTH else None
    progress.end()
    benchmark = buy_and_hold(data, account, model, result.marks)
    wall_seconds = perf_counter() - wall
    summary = summarize(
        result, load_seconds=load_seconds, wall_seconds=wall_seconds, benchmark=benchmark, data_digest=digest
    )
    summary["doubts"] = list(doubts)
    if twin is not None:
        summary[Intrabar.PESSIMISTIC.value] = twin
    if arguments.out:
        write_folder(arguments.out, result, summary, Beside(data, benchmark, twin))
    tell(arguments, result, summary)
    return 1 if result.halted else 0


def _intrabar(arguments: argparse.Namespace, data: MarketData) -> Intrabar:
    """The rule to trade by; with both, the stated one, and the other runs beside it."""
    said = arguments.intrabar
    if said is not None and not data.bars:
        raise InvalidValue("--intrabar", "goes with bars; the data are ticks, and nothing happens within one")
    return Intrabar.PESSIMISTIC if said == Intrabar.PESSIMISTIC else Intrabar.STATED


def _twin(account: AccountSpec, bots: BotList, data: MarketData, progress: Progress) -> dict[str, Any]:
    """The summary of the same bots under the pessimistic rule."""
    progress.begin("Trading, pessimistic")
    model = FillModel.of(account, Intrabar.PESSIMISTIC)
    result = run_backtest(account, bots.bots, data, model=model, progress=progress.advance)
    return summarize(result, load_seconds=0.0, wall_seconds=result.engine_seconds)


def _fill_terms(given: BotList | None, arguments: argparse.Namespace) -> FillTerms:
    """The file's terms, each replaced where the words name it."""
    terms = given.fills if given is not None else DEFAULT_FILLS
    said = {name: getattr(arguments, name) for name in BOUNDS}
    return replace(terms, **{name: value for name, value in said.items() if value is not None})


def _parameters(arguments: argparse.Namespace) -> tuple[dict[str, str], str]:
    """What `--set` says: parameters, and the timeframe."""
    parameters = settings_of(arguments.settings)
    timeframe = parameters.pop("timeframe", "1m")
    return parameters, timeframe


def _one_bot(arguments: argparse.Namespace, data: MarketData) -> BotList:
    parameters, timeframe = _parameters(arguments)
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
