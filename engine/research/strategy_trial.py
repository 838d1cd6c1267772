"""Runs of a strategy in processes of their own, for strategy_check: what it says of each bar of generated days.

    python -m engine.research.strategy_trial '[{"what": "trend", "parameters": {}, "feed": "whole"}]'

The words of a trial are those of `Words`. Prints a list with `code`, `out` and `err` of each. `out` has a line a bar:
[symbol, time, verdict, score, signal, inputs]; with `feed` at `bounds` a line for each parameter that its bounds let
through and the strategy does not survive: [parameter, value, why]. The code is 1 where the strategy raised, 3 where the
file is none of a strategy, 4 where its explain raised, 5 where it changed a bar or a value.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO, cast

from engine.core.bars import Series
from engine.core.failing import place_of
from engine.core.strategy import Strategy, UniverseStrategy, Verdict
from engine.core.universe import seated
from engine.domain.errors import DataError, InvalidValue
from engine.domain.instant import iso
from engine.domain.market import Bar, TradingSession
from engine.research.generated_days import SYMBOLS, Days, Rows, generated_days, numbers_of
from engine.research.shifted_clocks import shift_clocks
from engine.research.strategy_files import kind_of_file, outside_strategies
from engine.strategies.registry import Outside, bring, checked_parameters, kind_of, make

PATIENCE_S = 120  # for a trial that a slow machine takes half a second for
BOUNDS_BARS = 300  # of them a strategy must survive each bound of its parameters

Made = Strategy | UniverseStrategy


class ExplainFailed(Exception):
    """The strategy's explain raised."""


class Changed(Exception):
    """The strategy wrote into what it was only to read."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a trial is asked to do.

    what            a strategy's name, or a file
    parameters      its parameters
    folder          of a person's own strategies
    symbols         the symbols that are fed; all of them by default
    clock_shift_s   how far on the clocks are
    part            the part of the days that is fed: what comes after does not exist
    feed            `whole`: all bars are there from the start; `streamed`: no bar is there before it is judged;
                    `bounds`: parameters at their bounds, instead
    """

    what: str
    parameters: Mapping[str, Any]
    folder: str | None = None
    symbols: tuple[str, ...] = SYMBOLS
    clock_shift_s: int = 0
    part: float = 1.0
    feed: str = "whole"


def named(words: Words) -> str:
    """The name by which the registry makes what is to be tried, once it knows the file or folder.

    Raises DataError for a file that holds no strategy.
    """
    if words.what.endswith(".py"):
        path = Path(words.what)
        bring(Outside({path.name: kind_of_file(path)}))
        return path.name
    bring(outside_strategies(None if words.folder is None else Path(words.folder)))
    return words.what


def judged(
    make_one: Callable[[], Made], bars: Iterable[tuple[Bar, TradingSession]], symbols: tuple[str, ...] = SYMBOLS
) -> Iterator[list[Any]]:
    """What the strategies say, bar by bar: one a symbol, or one of all together, which is fed all or none."""
    strategies, universe = seated(make_one, symbols)
    if universe is not None and symbols != SYMBOLS:
        return
    series = {symbol: Series(symbol, "1m", 100.0) for symbol in symbols}
    for symbol in symbols:
        series[symbol].indicators.keep(strategies[symbol].needs)
    moment = 0
    for bar, session in bars:
        if bar.symbol not in series:
            continue
        if universe is not None and bar.close_at != moment:
            yield from _told_together(universe.judged(), strategies)
            moment = bar.close_at
        line = series[bar.symbol]
        line.add(bar, session)
        closed = line.cut(bar.close_at)
        if closed is None:
            continue
        verdict = _judged_once(strategies[bar.symbol], closed, line)
        if universe is None:
            yield _told(strategies[bar.symbol], closed, verdict)
    if universe is not None:
        yield from _told_together(universe.judged(), strategies)


def _judged_once(strategy: Strategy, bar: Bar, line: Series) -> Verdict:
    """One bar's verdict; raises Changed where the bar or a value is not what it was."""
    values = line.indicators.values
    before = numbers_of(bar), dict(values)
    verdict = strategy.on_bar(bar, values)
    if (numbers_of(bar), values) != before:
        raise Changed(f"at {iso(bar.close_at)} it wrote into its bar, or into its indicators' values")
    return verdict


def _told_together(
    moments: Iterator[list[tuple[Bar, Verdict]]], strategies: Mapping[str, Strategy]
) -> Iterator[list[Any]]:
    for moment in moments:
        for bar, verdict in sorted(moment, key=lambda pair: pair[0].symbol):
            yield _told(strategies[bar.symbol], bar, verdict)


def _told(strategy: Strategy, bar: Bar, verdict: Verdict) -> list[Any]:
    try:
        reasons: Any = strategy.explain(verdict)
    except Exception as error:
        raise ExplainFailed(f"at {iso(bar.close_at)}: {failure(error)}") from error
    if not isinstance(reasons, tuple) or not all(isinstance(reason, str) for reason in reasons):
        raise ExplainFailed(f"at {iso(bar.close_at)}: it returned {reasons!r}, not a tuple of sentences")
    return [bar.symbol, iso(bar.close_at), verdict.code, verdict.score, verdict.signal, dict(verdict.inputs)]


def at_bounds(name: str, parameters: Mapping[str, Any], rows: Rows) -> Iterator[list[Any]]:
    """Every parameter at each end of what is allowed, the others as they are: what the strategy does not survive.

    A value that its Parameters refuse with an InvalidValue is no bar to it: two parameters may contradict each other.
    """
    for item in fields(kind_of(name).parameters):
        bounds, default = item.metadata.get("bounds"), cast(Any, item.default)
        ends: tuple[Any, ...] = (False, True) if isinstance(default, bool) else ()
        if bounds is not None:
            inside = bounds.least if not bounds.above else bounds.least + min(1e-6, bounds.most - bounds.least)
            ends = (type(default)(inside), type(default)(bounds.most))
        for end in ends:
            changed = {**parameters, item.name: end}
            try:
                make(name, changed)
            except InvalidValue as refused:
                if not isinstance(refused.__cause__, Exception):
                    continue
            try:
                for _ in judged(partial(make, name, changed), rows[:BOUNDS_BARS]):
                    pass
            except Exception as error:  # noqa: BLE001 - as in main
                yield [item.name, end, failure(error)]


def failure(error: BaseException) -> str:
    """An error in one line, with the strategy's own line where there is one."""
    return f"{type(error).__name__}: {error}{place_of(error.__traceback__)}"


def tried(words: Words, days: Days, out: TextIO) -> int:
    """One trial, told in `out` and on stderr; returns its code. Stdout is the strategy's, and nobody reads it."""
    rows = days.rows(words.part) if words.feed != "streamed" else []
    if words.clock_shift_s:
        shift_clocks(words.clock_shift_s)
    try:
        name = named(words)
        parameters = checked_parameters(name, words.parameters)
        bars = days.streamed() if words.feed == "streamed" else rows
        lines = judged(partial(make, name, parameters), bars, words.symbols)
        for line in at_bounds(name, parameters, rows) if words.feed == "bounds" else lines:
            out.write(f"{json.dumps(line)}\n")
    except (ExplainFailed, Changed) as error:
        return _end(str(error), 4 if isinstance(error, ExplainFailed) else 5)
    except DataError as error:
        return _end(str(error), 3)
    except InvalidValue as error:  # of the words; what a running strategy raises has been running
        running = error.field.startswith(("verdict", "on_bar"))
        return _end(failure(error) if running else str(error), 1 if running else 3)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - another's code; whatever it raises is its finding
        return _end(failure(error), 1)
    return 0


def _end(why: str, code: int) -> int:
    print(why, file=sys.stderr)  # noqa: T201
    return code


def apart(words: Words, days: Days) -> dict[str, Any]:
    """One trial in a fork of this process, so that nothing of it is there for the next: its code, and what it told."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.alarm(PATIENCE_S)
                sys.stderr = err
                with Path(os.devnull).open("w") as sys.stdout:
                    code = tried(words, days, cast(TextIO, out))
                out.flush()
                err.flush()
            finally:
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        told = [file.seek(0) or file.read() for file in (out, err)]
    if code == -signal.SIGALRM:
        return {"code": 1, "out": "", "err": f"it was not done with two days of two shares after {PATIENCE_S} s"}
    return {"code": code, "out": told[0], "err": told[1]}


def main(said: str) -> int:
    """Run the trials, one after another, and print what came of each as JSON."""
    days = generated_days()
    trials = [Words(**{**given, "symbols": tuple(given.get("symbols", SYMBOLS))}) for given in json.loads(said)]
    print(json.dumps([apart(words, days) for words in trials]))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
