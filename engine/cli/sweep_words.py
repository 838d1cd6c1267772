"""The words of `lockstep sweep`, and what they make: the plan that all trials share, the options. Used by cli/sweep."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.cli.arguments import add_settings, amount, count, day, folder, settings_of
from engine.cli.own_strategies import add_option, folder_of
from engine.core.charges import SCHEDULES
from engine.domain.errors import InvalidValue
from engine.domain.fill_terms import BOUNDS
from engine.market_data.columns import MarketData
from engine.research.monte_carlo import METHODS, RUNS
from engine.research.sweep.askers import KINDS
from engine.research.sweep.own import own_digest
from engine.research.sweep.pipeline import TRIALS, Options
from engine.research.sweep.plateau import WIDTH
from engine.research.sweep.search import AHEAD, SCORES, Scoring
from engine.research.sweep.space import Value
from engine.research.sweep.trial import Plan
from engine.research.sweep.walk_forward import WARM_UP, parse_scheme
from engine.simulation.intrabar import Intrabar
from engine.strategies.bot_list import DEFAULT_CASH

EXAMPLE = """example:
  lockstep sweep --strategy trend --data data/2021 --space space.toml --walk-forward 60/20 --out results/trend

space.toml:
  period = { low = 5, high = 50, log = true }
  multiplier = { low = 1.5, high = 5, step = 0.25 }
  each_session = [true, false]
  timeframe = ["1m", "5m"]
  "exits.stop_pct" = { low = 0.2, high = 2, levels = 10 }

What each figure means, and how people fool themselves with sweeps: docs/RESEARCH.md"""


_FILLS = {
    "slippage_bps": "basis points of the price against us (default: 1)",
    "latency_ms": "market time until an order can fill",
    "partial_pct": "orders of a hundred filled in parts",
    "unfilled_pct": "resting limit orders of a hundred never filled",
}


def add_words(parser: argparse.ArgumentParser) -> None:
    """Declare the words of the subcommand."""
    _add_what(parser)
    add_option(parser)
    search = parser.add_argument_group("search")
    search.add_argument("--space", type=Path, required=True, metavar="FILE", help="ranges and choices, TOML or JSON")
    search.add_argument("--search", choices=KINDS, default="tpe", dest="kind", help="how to search (default: tpe)")
    search.add_argument("--trials", type=count(1), metavar="N", help=f"backtests to run (default: {TRIALS}; grid: all)")
    search.add_argument("--score", choices=SCORES, default="sharpe", help="what makes a trial good (default: sharpe)")
    least = "trades below which a trial has no score (default: 10)"
    search.add_argument("--least-trades", type=count(0), default=10, metavar="N", help=least)
    ahead = f"trials asked for before earlier ones are known; part of the result (default: {AHEAD})"
    search.add_argument("--ahead", type=count(1), default=AHEAD, metavar="N", help=ahead)
    search.add_argument("--width", type=count(1, 50), default=round(WIDTH * 100), metavar="PCT",
                        help="how far a neighbour is, %% of a parameter's range (default: 10)")  # fmt: skip
    doubt = parser.add_argument_group("doubt")
    doubt.add_argument(
        "--walk-forward", metavar="TRAIN/TEST", help="trading days to choose by and to trade after, 60/20"
    )
    doubt.add_argument("--anchored", action="store_true", help="train on everything before the test days")
    doubt.add_argument("--warm-up", type=count(0), default=WARM_UP, metavar="DAYS",
                       help=f"days watched before a window (default: {WARM_UP})")  # fmt: skip
    doubt.add_argument("--monte-carlo", type=count(100, 100_000), default=RUNS, metavar="N", dest="runs",
                       help=f"times the trades are drawn again (default: {RUNS})")  # fmt: skip
    doubt.add_argument("--monte-carlo-method", choices=METHODS, default=METHODS[0], dest="method",
                       help="with replacement, or only in another order (default: bootstrap)")  # fmt: skip
    doubt.add_argument("--block", type=count(1), default=1, metavar="N", help="trades drawn together (default: 1)")
    doubt.add_argument("--accept-data", action="store_true", help="go on although the data is reported as bad")
    where = parser.add_argument_group("where")
    where.add_argument("--on", choices=("local", "ray"), default="local", help="this machine's cores, or Ray")
    where.add_argument("--cores", type=count(1, 1024), metavar="N", help="how many cores (default: all)")
    where.add_argument("--ray-address", metavar="HOST:PORT", help="a Ray cluster's head; without: a Ray of its own")
    where.add_argument("--out", type=folder, metavar="DIR", help="keep each trial as it ends, and the result")
    where.add_argument("--resume", action="store_true", help="go on with the sweep in --out")
    where.add_argument("--json", action="store_true", help="print sweep.json")


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strategy", required=True, metavar="NAME", help="one bot of this strategy on all symbols")
    parser.add_argument("--data", nargs="+", action="extend", required=True, metavar="PATH", help="files or folders")
    parser.add_argument("--symbol", nargs="+", action="extend", metavar="S", help="only these symbols")
    add_settings(parser, "settings that stay: parameters, timeframe=5m, exits.stop_pct=0.5")
    parser.add_argument("--from", type=day, metavar="DATE", dest="first_day", help="first day, YYYY-MM-DD")
    parser.add_argument("--to", type=day, metavar="DATE", dest="last_day", help="last day, included")
    parser.add_argument("--zone", help="zone of times without an offset (default: the venue's)")
    parser.add_argument("--cash", type=amount, default=DEFAULT_CASH, metavar="N", help="starting cash")
    parser.add_argument("--fees", choices=sorted(SCHEDULES), default="nse_intraday", metavar="SCHEDULE",
                        help=f"charges: {', '.join(sorted(SCHEDULES))}")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the search, the fills and the draws")
    for name, what in _FILLS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=count(0, BOUNDS[name]), metavar="N", help=what)
    parser.add_argument("--intrabar", choices=[rule.value for rule in Intrabar], default=Intrabar.STATED.value,
                        help="with bars: how exits within one are priced (default: stated)")  # fmt: skip


def plan_of(arguments: argparse.Namespace, data: MarketData, digest: str) -> Plan:
    """What all trials have in common."""
    folder = folder_of(arguments)
    return Plan(
        strategy=arguments.strategy,
        symbols=data.symbols,
        data_digest=digest,
        fixed={name: _value(text) for name, text in settings_of(arguments.settings).items()},
        cash=f"{arguments.cash:f}",
        charge_schedule=arguments.fees,
        seed=arguments.seed,
        fills={name: getattr(arguments, name) for name in _FILLS if getattr(arguments, name) is not None},
        intrabar=arguments.intrabar,
        own_folder=None if folder is None else str(folder.resolve()),
        own_digest=own_digest(folder),
    )


def options_of(arguments: argparse.Namespace) -> Options:
    """How to search, and what to do with what is found."""
    if arguments.anchored and not arguments.walk_forward:
        raise InvalidValue("--anchored", "goes with --walk-forward")
    if arguments.block > 1 and arguments.method != METHODS[0]:
        raise InvalidValue(
            "--block", f"goes with --monte-carlo-method {METHODS[0]}; a {arguments.method} has no blocks"
        )
    scheme = None
    if arguments.walk_forward:
        scheme = parse_scheme(arguments.walk_forward, anchored=arguments.anchored, warm_up=arguments.warm_up)
    return Options(
        kind=arguments.kind,
        trials=arguments.trials,
        ahead=arguments.ahead,
        scoring=Scoring(arguments.score, arguments.least_trades),
        width=arguments.width / 100,
        scheme=scheme,
        runs=arguments.runs,
        method=arguments.method,
        block=arguments.block,
    )


def _value(text: str) -> Value:
    """A setting as a bots file has it: a number, true or false, or the word."""
    try:
        said = json.loads(text)
    except ValueError:
        return text
    return said if isinstance(said, bool | int | float | str) else text
