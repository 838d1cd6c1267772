"""The same generated days as ticks and as bars, under both intrabar rules: what is promised of them, trade by trade."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.account import Desired
from engine.domain.events import BotChanged, InstrumentListed
from engine.domain.instant import DAY, MINUTE, SECOND, iso
from engine.market_data.merge import merged_events
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.summary import decisions_digest
from engine.simulation.fill_model import FillModel
from engine.simulation.intrabar import Intrabar
from engine.simulation.paper import PaperLoop
from engine.strategies.bot_list import parse_bots
from engine.strategies.registry import make
from engine.strategies.replay_account import replay_account
from tests.cli.command import Folder, Row, backtest
from tests.cli.generated import BUSY, SYMBOLS, tick_rows, write_bars, write_ticks

DAYS = (2, 3)
_MIDNIGHT = 20_000 * DAY  # of any day
BOTS = {
    "bots": [
        {"id": "quick", "strategy": "confluence", "symbols": list(SYMBOLS),
         "parameters": dict(setting.split("=") for setting in BUSY) | {"allow_short": True},
         "sizing": {"kind": "quantity", "value": 20}, "exits": {"stop_pct": 0.15, "target_pct": 0.25}},
    ],
    "risk_policy": {"losses_in_a_row_max": 50, "notional_max_pct": 100},
}  # fmt: skip


@dataclass(frozen=True)
class Three:
    """The runs of the same days."""

    ticks: Folder
    stated: Folder
    pessimistic: Folder


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Three:
    """Two days of two symbols, with quantities that do not hang on what was won before."""
    place = tmp_path_factory.mktemp("three")
    bots = place / "bots.json"
    bots.write_text(json.dumps(BOTS))
    rows = [row for day in DAYS for row in tick_rows(minutes=375, day=day)]
    ticks, bars = write_ticks(place / "ticks.parquet", rows), write_bars(place / "bars.csv", DAYS)
    words = ("--bots", bots, "--data")
    return Three(
        backtest(place / "ticks", *words, ticks),
        backtest(place / "stated", *words, bars, "--intrabar", "stated"),
        backtest(place / "pessimistic", *words, bars, "--intrabar", "pessimistic"),
    )


def by_entry(folder: Folder) -> dict[tuple[str, str, str], Row]:
    """Trades by what names them in every run: symbol, side, and the minute they began in."""
    return {(row["symbol"], row["side"], row["entry_at"][:16]): row for row in folder.rows("trades")}


def better(row: Row, other: Row) -> bool:
    """Whether a trade left at a better price than another."""
    ahead = Decimal(row["exit_price"]) - Decimal(other["exit_price"])
    return ahead > 0 if row["side"] == "LONG" else ahead < 0


def test_stops_and_targets_were_met_on_either_side(three: Three) -> None:
    met = {(row["side"], row["exit_reason"]) for row in three.stated.rows("trades")}
    assert met >= {(side, reason) for side in ("LONG", "SHORT") for reason in ("stop", "target")}


def test_both_rules_take_the_same_decisions_at_the_same_times(three: Three) -> None:
    names = ("bot_id", "symbol", "side", "quantity", "entry_at", "entry_price", "exit_at", "exit_reason")
    decided = [
        [[row[name] for name in names] for row in run.rows("trades")] for run in (three.stated, three.pessimistic)
    ]
    assert decided[0] == decided[1]
    assert three.stated.rows("signals") == three.pessimistic.rows("signals")


def test_no_trade_is_better_under_the_pessimistic_rule_and_some_are_worse(three: Three) -> None:
    pairs = list(zip(three.pessimistic.rows("trades"), three.stated.rows("trades"), strict=True))
    assert not [row for row, stated in pairs if better(row, stated)]
    worse = {row["exit_reason"] for row, stated in pairs if better(stated, row)}
    assert worse >= {"stop", "target"}
    assert three.pessimistic.summary["gross_pnl"] < three.stated.summary["gross_pnl"]


def test_a_stop_on_ticks_is_never_worse_than_the_pessimistic_rule_has_it(three: Three) -> None:
    """The tick after the one that touched the stop lies in the bar's range, or opens the next: no worse than both."""
    ticks, pessimistic = by_entry(three.ticks), by_entry(three.pessimistic)
    stops = [key for key in ticks.keys() & pessimistic.keys()
             if ticks[key]["exit_reason"] == pessimistic[key]["exit_reason"] == "stop"
             and ticks[key]["exit_at"][:16] <= pessimistic[key]["exit_at"][:16]]  # fmt: skip
    assert len(stops) > 3
    assert not [key for key in stops if better(pessimistic[key], ticks[key])]


def test_entries_are_the_same_on_ticks_and_on_bars_while_nothing_was_left_in_between(three: Three) -> None:
    ticks, stated = by_entry(three.ticks), by_entry(three.stated)
    firsts = [min(keys, key=lambda key: key[2]) for symbol in SYMBOLS
              if (keys := [key for key in stated if key[0] == symbol])]  # fmt: skip
    assert len(firsts) == len(SYMBOLS)
    for key in firsts:
        assert ticks[key]["entry_price"] == stated[key]["entry_price"]


def test_over_midnight_a_coins_bars_say_what_its_ticks_say(tmp_path: Path) -> None:
    """The day's last bar closes as the next day opens: it is judged like any other, on either."""
    chance, price = random.Random(1), 100_000
    bars, ticks = [], []
    for minute in range(2 * 1_440):
        path = [price := price + chance.randrange(-60, 61) for _ in range(4)]
        said = [f"{price / 100:.2f}" for price in (path[0], max(path), min(path), path[-1])]
        opens = MINUTE * (minute + _MIDNIGHT // MINUTE)
        bars.append(",".join((iso(opens), *said, "4")))
        ticks += [f"{iso(opens + number * 15 * SECOND)},{price / 100:.2f},1" for number, price in enumerate(path)]
    places = [tmp_path / name / "BTC-USD.csv" for name in ("bars", "ticks")]
    for place, head, rows in zip(places, ("open,high,low,close,volume", "price,quantity"), (bars, ticks), strict=True):
        place.parent.mkdir()
        place.write_text("\n".join((f"ts,{head}", *rows, "")))
    words = ("--strategy", "confluence", "--fees", "none", "--set", "confirm_s=60", "cooldown_s=0", "--data")
    on_bars, on_ticks = (backtest(place.with_suffix(""), *words, place) for place in places)
    assert on_bars.summary["ticks_dropped"] == on_ticks.summary["ticks_dropped"] == {}
    assert on_bars.summary["bars"] == 2 * 1_440
    assert on_ticks.summary["bars"] == 2 * 1_440 - 1, "no tick proves that the last minute is over"
    seen = [
        [(row["at"], row["type"], row["score"]) for row in folder.rows("signals")] for folder in (on_bars, on_ticks)
    ]
    assert sum(at > iso(_MIDNIGHT + DAY) for at, _, _ in seen[0]) > 10
    assert seen[0] == seen[1]


@pytest.mark.parametrize("rule", Intrabar)
def test_skipping_ahead_changes_nothing_under_either_rule(tmp_path: Path, rule: Intrabar) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", DAYS)])
    bots = parse_bots(BOTS)
    account = replay_account(bots, "")
    model = FillModel.of(account, rule)
    skipped = run_backtest(account, bots.bots, data, model=model)
    stepped = BacktestResult(account, bots.bots, data.symbols)
    loop = PaperLoop(account, make, stepped.take, model=model, views=False)
    events = list(merged_events(data))
    listed = [event for event in events if isinstance(event, InstrumentListed)]
    for event in (*listed, *(BotChanged(bot, Desired.RUNNING, 1) for bot in bots.bots), *events[len(listed) :]):
        loop.step(event)
    assert len(stepped.trades) > 10
    assert decisions_digest(skipped) == decisions_digest(stepped)


def test_ticks_have_no_rule_to_choose(three: Three, tmp_path: Path) -> None:
    assert three.ticks.summary["intrabar"] is None
    assert (three.stated.summary["intrabar"], three.pessimistic.summary["intrabar"]) == ("stated", "pessimistic")
