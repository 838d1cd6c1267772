"""Both sides of a figure do the same work: clean ticks, the days repeated, and the peers' rules beside the engine's."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.contender import ROOT
from bench.market_columns import GENERATED, Columns, cleaned, minute_bars, repeated, tick_days
from bench.ours import market_data
from bench.peers.confluence import FLATTEN_FROM, Confluence, may_enter, minute_of_day
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.instant import DAY, MINUTE
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import MarketData, TickColumns, day_numbers
from engine.market_data.instruments import instrument_for
from engine.research.backtest import run_backtest
from engine.simulation.demo_market import DemoMarket

FOUR_DAYS = 4


@pytest.fixture(scope="module")
def bars() -> Columns:
    """The first of the generated days."""
    _, columns = minute_bars(None)
    first = columns["at"] < columns["at"][0] + FOUR_DAYS * DAY
    return {name: values if name == "symbols" else values[first] for name, values in columns.items()}


def signals_by_peer_rules(columns: Columns) -> Iterator[tuple[str, int, str]]:
    """What the peers' rules say of each symbol's bars."""
    for code, symbol in enumerate(columns["symbols"].tolist()):
        rules, rows = Confluence(), columns["codes"] == code
        values = (columns[name][rows].tolist() for name in ("at", "high", "low", "close"))
        for open_at, high, low, close in zip(*values, strict=True):
            signal = rules.on_close(open_at + MINUTE, high / 100, low / 100, close / 100)
            if signal is not None:
                yield symbol, open_at + MINUTE, signal


def test_the_peers_rules_give_the_engines_signals(bars: Columns) -> None:
    data = market_data(bars)
    result = run_backtest(AccountSpec("paper-test", "test"), [BotSpec("bot", "confluence", data.symbols)], data)
    ours = sorted((signal.symbol, signal.confirmed_at, signal.type.value) for signal in result.signals)
    assert len(ours) > 50
    assert ours == sorted(signals_by_peer_rules(bars))


def test_entries_are_taken_from_0920_to_1445_and_not_while_cooling_down() -> None:
    session = DemoMarket(1).session(0)
    assert [may_enter(at, None) for at in (session.entry_from - 1, session.entry_from)] == [False, True]
    assert [may_enter(at, None) for at in (session.entry_until - 1, session.entry_until)] == [True, False]
    assert session.flatten_at is not None
    assert minute_of_day(session.flatten_at) == FLATTEN_FROM
    noon = session.entry_from + 120 * MINUTE
    assert [may_enter(noon, noon - 15 * MINUTE + early) for early in (0, 1)] == [True, False]


def test_the_engine_drops_none_of_the_ticks_that_it_is_measured_on() -> None:
    what, columns = tick_days(None, 2)
    assert what == "a generated day (seed 7)"
    rows = len(columns["at"])
    assert rows > 100_000
    assert (np.diff(columns["at"]) >= 0).all()
    assert (columns["at"][rows // 2 :] == columns["at"][: rows // 2] + DAY).all()
    result = run_backtest(AccountSpec("paper-test", "test"), [], market_data(columns))
    assert (result.ticks, result.ticks_dropped, result.days) == (rows, {}, ["2026-01-06", "2026-01-07"])


def test_cleaning_takes_out_what_the_guard_refuses_and_nothing_else() -> None:
    ticks, instrument = DemoMarket(7).ticks(1, "TCS"), instrument_for("TCS")
    place = np.maximum.accumulate(ticks.at)
    days = np.unique(day_numbers(place, calendar_for(instrument.venue)))
    part = TickColumns(instrument, "TCS", ticks.at, ticks.price, ticks.quantity, place, days)
    assert not ticks.clean.all()
    kept = cleaned(MarketData((part,), ()))
    assert kept["at"].tolist() == ticks.at[ticks.clean].tolist()
    assert kept["price"].tolist() == ticks.price[ticks.clean].tolist()


def test_days_are_repeated_on_consecutive_dates() -> None:
    columns = {"symbols": np.array(["TCS"]), "at": np.array([5, 9]), "price": np.array([1, 2])}
    three = repeated(columns, 3)
    assert three["at"].tolist() == [5, 9, DAY + 5, DAY + 9, 2 * DAY + 5, 2 * DAY + 9]
    assert three["price"].tolist() == [1, 2] * 3
    assert three["symbols"].tolist() == ["TCS"]


def test_our_side_of_a_figure_runs_as_a_process_of_its_own(bars: Columns, tmp_path: Path) -> None:
    file = tmp_path / "bars.npz"
    np.savez(file, **bars)
    words = [sys.executable, "-m", "bench.ours", str(file)]
    answer = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    said = json.loads(answer.stdout.splitlines()[-1])
    assert said["bars"] == len(bars["at"]) == FOUR_DAYS * 375 * len(GENERATED)
    assert said["seconds"] > 0
    assert said["fills"] >= 2 * said["trades"] > 0
