"""`lockstep strategy picture`: a strategy's day on candles, as an SVG file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from engine.cli.arguments import add_settings, day, settings_of
from engine.cli.bots_file import read_bots_file
from engine.cli.data_paths import located, told_days
from engine.cli.own_strategies import add_option
from engine.cli.progress import Progress
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.market_data.digest import data_digest
from engine.market_data.readers import read_market_data
from engine.research.backtest import run_backtest
from engine.research.strategy_picture import strategy_picture
from engine.research.whole_file import whole_file
from engine.strategies.bot_list import BotList
from engine.strategies.registry import checked_parameters
from engine.strategies.replay_account import replay_account

EXAMPLE = """example:
  lockstep strategy picture trend --data bars/2021 --symbol SBIN --day 2021-04-15 --out trend.svg
  lockstep strategy picture banks --bots bots.json --data bars/2021 --symbol SBIN --day 2021-04-15 --out banks.svg

The strategy trades all symbols of the data from its first day on; the picture is of one of them and one day, with the
trades of that day and the price lines that the strategy decides by. Of one that compares symbols it shows them all.
With --bots NAME is the id of a bot of that file; all its bots trade, and the trades of this one are drawn."""


def add_deed(deeds: Any) -> None:
    """Declare the subcommand of `strategy`."""
    parser = deeds.add_parser(
        "picture",
        help="a day of it on candles",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("strategy", metavar="NAME", help="a strategy's name; with --bots, a bot's id")
    parser.add_argument("--bots", type=Path, metavar="FILE", help="the bots of this file (JSON or TOML)")
    add_option(parser)
    parser.add_argument("--data", nargs="+", action="extend", required=True, metavar="PATH", help="files or folders")
    parser.add_argument("--symbol", required=True, metavar="S", help="the symbol to show")
    parser.add_argument("--day", type=day, required=True, metavar="DATE", help="the day to show, YYYY-MM-DD")
    parser.add_argument("--from", type=day, metavar="DATE", dest="first_day", help="the first day it trades")
    add_settings(parser, "its parameters; also timeframe=5m")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the SVG file to write")
    parser.add_argument("--json", action="store_true", help="print what was drawn as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw it; returns the exit code."""
    name, settings = arguments.strategy, settings_of(arguments.settings)
    timeframe = settings.pop("timeframe", "1m")
    parameters = {} if arguments.bots else checked_parameters(name, settings)
    given = _given(arguments)
    progress = Progress("Reading data")
    paths, days = located(arguments.data), told_days()
    data = read_market_data(paths, first_day=arguments.first_day, last_day=arguments.day, calendars=days.calendar)
    if arguments.symbol not in data.symbols:
        raise InvalidValue("--symbol", f"{arguments.symbol} is not in the data; there are {', '.join(data.symbols)}")
    bots = given or BotList((BotSpec(name, name, data.symbols, parameters=parameters, timeframe=timeframe),))
    bot = next(one for one in bots.bots if one.bot_id == name)
    if arguments.symbol not in bot.symbols:
        raise InvalidValue("--symbol", f"{name} does not trade {arguments.symbol}; it trades {', '.join(bot.symbols)}")
    progress.begin("Trading")
    account = replay_account(bots, data_digest(paths, days.digest))
    result = run_backtest(account, bots.bots, data, progress=progress.advance)
    progress.end()
    if str(arguments.day) not in result.days:
        raise InvalidValue("--day", f"the data have nothing of {arguments.day}")
    today = [one for one in result.trades if (one.bot_id, one.day) == (name, str(arguments.day))]
    picture = strategy_picture(data, bot, today, arguments.symbol, arguments.day)
    with whole_file(arguments.out) as file:
        file.write(picture)
    drawn = {"file": str(arguments.out), "bytes": len(picture.encode()), "trades": len(today)}
    words = f"{drawn['file']}: {drawn['bytes']:,} bytes, {drawn['trades']} trades of {name} that day"
    print(json.dumps(drawn) if arguments.json else words)
    return 0


def _given(arguments: argparse.Namespace) -> BotList | None:
    """The bots of the file, if one is named and has that bot."""
    if not arguments.bots:
        return None
    if arguments.settings:
        raise InvalidValue("--set", "goes with a strategy; the bots of a file have their own parameters")
    bots = read_bots_file(arguments.bots)
    known = [bot.bot_id for bot in bots.bots]
    if arguments.strategy not in known:
        raise InvalidValue("--bots", f"{arguments.bots} has no bot {arguments.strategy!r}; it has {', '.join(known)}")
    return bots
