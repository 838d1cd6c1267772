"""One run of a strategy in a process of its own, for strategy_check: what it says of each bar of generated days.

    python -m engine.research.strategy_trial '{"what": "trend", "parameters": {}, "clock_shift_s": 0, "part": 1.0}'

Prints a line a bar: [symbol, time, verdict, score, signal, inputs]. Exit code 1 where the strategy raised, 3 where the
file is none of a strategy.
"""

from __future__ import annotations

import datetime as datetime_module
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.core.bars import Series
from engine.core.strategy import Strategy
from engine.domain.instant import iso
from engine.domain.market import Bar, TradingSession
from engine.simulation.demo_market import DemoMarket
from engine.strategies.registry import make

SEED, FIRST_DAY, DAYS = 5, 2, 2
SYMBOLS = ("RELIANCE", "TATAMOTORS")


class NoStrategy(Exception):
    """The file does not hold one strategy."""


def shift_clocks(by_s: int) -> None:
    """Make every clock of this process tell another time; what was imported before keeps its own."""
    for name in ("time", "monotonic", "perf_counter", "process_time"):
        told = getattr(time, name)
        setattr(time, name, lambda told=told: told() + by_s)
        told_ns = getattr(time, f"{name}_ns")
        setattr(time, f"{name}_ns", lambda told_ns=told_ns: told_ns() + by_s * 1_000_000_000)
    shift = datetime_module.timedelta(seconds=by_s)

    class Shifted(datetime_module.datetime):
        @classmethod
        def now(cls, tz: datetime_module.tzinfo | None = None) -> Any:
            return super().now(tz) + shift

        @classmethod
        def today(cls) -> Any:
            return super().today() + shift

    datetime_module.datetime = Shifted  # type: ignore[misc]


def maker(what: str, parameters: Mapping[str, Any]) -> Callable[[], Strategy]:
    """Makes the strategy anew for a symbol. Raises NoStrategy for a file that holds none, or several."""
    if not what.endswith(".py"):
        return lambda: make(what, parameters)
    spec = importlib.util.spec_from_file_location("checked_strategy", Path(what))
    if spec is None or spec.loader is None:
        raise NoStrategy(f"{what} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    kinds = [
        kind for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == spec.name and callable(getattr(kind, "on_bar", None))
    ]  # fmt: skip
    if len(kinds) != 1 or not isinstance(getattr(module, "Parameters", None), type):
        raise NoStrategy(f"{what} must hold one class with on_bar, and its Parameters")
    defaults = module.Parameters()
    known = {item.name: type(getattr(defaults, item.name)) for item in fields(defaults)}
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise NoStrategy(f"{what} has no parameter {unknown[0]!r}; it has {', '.join(sorted(known))}")
    kind, given = kinds[0], {name: known[name](value) for name, value in parameters.items()}
    made: Callable[[], Strategy] = lambda: kind(module.Parameters(**given))  # noqa: E731
    return made


def days(part: float) -> list[tuple[Bar, TradingSession]]:
    """The first part of the generated days' bars, in the order they close; the rest is never made."""
    market = DemoMarket(SEED)
    whole = [(market.session(day), market.bars(day)) for day in range(FIRST_DAY, FIRST_DAY + DAYS)]
    bars = [(bar, session) for session, made in whole for bar in made if bar.symbol in SYMBOLS]
    bars.sort(key=lambda row: (row[0].close_at, row[0].symbol))
    kept = bars[: int(len(bars) * part)]
    # copies: what is cut off leaves no bar in memory that could be found there
    return [(Bar(*(getattr(bar, name) for name in Bar.__slots__)), session) for bar, session in kept]


def judged(made: Callable[[], Strategy], bars: list[tuple[Bar, TradingSession]]) -> Iterator[list[Any]]:
    """What a strategy a symbol says, bar by bar."""
    strategies = {symbol: made() for symbol in SYMBOLS}
    series = {symbol: Series(symbol, "1m", 100.0) for symbol in SYMBOLS}
    for symbol in SYMBOLS:
        series[symbol].indicators.keep(strategies[symbol].needs)
    for bar, session in bars:
        line = series[bar.symbol]
        line.add(bar, session)
        closed = line.cut(bar.close_at)
        if closed is None:
            continue
        verdict = strategies[bar.symbol].on_bar(closed, line.indicators.values)
        strategies[bar.symbol].explain(verdict)
        yield [bar.symbol, iso(bar.close_at), verdict.code, verdict.score, verdict.signal, dict(verdict.inputs)]


def main(words: str) -> int:
    """Run it; returns the exit code."""
    said = json.loads(words)
    bars = days(said["part"])
    if said["clock_shift_s"]:
        shift_clocks(said["clock_shift_s"])
    try:
        for line in judged(maker(said["what"], said["parameters"]), bars):
            print(json.dumps(line))  # noqa: T201
    except NoStrategy as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    except Exception as error:  # noqa: BLE001 - it is another's code; whatever it raises is its finding
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
