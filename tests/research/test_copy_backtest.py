"""A leader and its followers in one bots file: decided alike every time, by ticks and by bars."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.rows import fill_row, signal_row
from engine.strategies.bot_leaders import renamed
from engine.strategies.bot_list import parse_bots
from engine.strategies.replay_account import replay_account
from tests.cli.generated import SYMBOLS, tick_rows, write_bars, write_ticks

ROOT = Path(__file__).parents[2]
LEADER = {
    "id": "leader", "strategy": "confluence", "symbols": list(SYMBOLS), "parameters": {"preset": "aggressive"},
    "sizing": {"kind": "notional", "value": 40_000},  # of equity, its size would go with its followers' luck
}  # fmt: skip


def copies(bot_id: str, **parameters: Any) -> dict[str, Any]:
    return {
        "id": bot_id,
        "strategy": "copy",
        "symbols": list(SYMBOLS),
        "parameters": {"leader": "leader", **parameters},
    }


def listed(*bots: dict[str, Any]) -> dict[str, Any]:
    return {"risk_policy": {"at_risk_max_pct": 60, "orders_per_second_max": 9}, "bots": list(bots)}


BOTS = listed(LEADER, copies("half", scale=0.5), copies("sayso", follow="signals"))


def trade(said: dict[str, Any], data: Path) -> BacktestResult:
    bots = parse_bots(said)
    return run_backtest(replay_account(bots, "same"), bots.bots, read_market_data([data]))


@pytest.fixture(scope="module")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ticks(tmp_path_factory.mktemp("ticks") / "day.csv", tick_rows(minutes=150))


def test_followers_trade_what_their_leader_trades_and_it_trades_as_alone(ticks: Path) -> None:
    alone, found = trade(listed(LEADER), ticks), trade(BOTS, ticks)
    by_bot = {bot_id: [fill for fill in found.fills if fill.bot_id == bot_id] for bot_id in ("leader", "half", "sayso")}
    assert [(f.symbol, f.side, f.quantity, f.price) for f in by_bot["leader"]] == [
        (f.symbol, f.side, f.quantity, f.price) for f in alone.fills
    ]
    assert len(by_bot["leader"]) > 4
    assert [(f.symbol, f.side) for f in by_bot["half"]] == [(f.symbol, f.side) for f in by_bot["leader"]]
    entries = [(mine, theirs) for mine, theirs in zip(by_bot["half"], by_bot["leader"], strict=True)]
    assert all(abs(mine.quantity - theirs.quantity / 2) < 1 for mine, theirs in entries)
    assert [(f.symbol, f.side) for f in by_bot["sayso"]] == [(f.symbol, f.side) for f in by_bot["leader"]]


def test_a_backtest_with_followers_ends_flat(ticks: Path) -> None:
    found = trade(BOTS, ticks)
    held: dict[tuple[str, str], Decimal] = {}
    for fill in found.fills:
        key = (fill.bot_id, fill.symbol)
        held[key] = held.get(key, Decimal(0)) + fill.quantity * fill.side.sign
    assert set(held.values()) == {Decimal(0)}


@pytest.mark.parametrize("minutes", [40, 95])
def test_a_part_of_the_day_gives_the_first_part_of_what_followers_do(minutes: int, ticks: Path, tmp_path: Path) -> None:
    whole = trade(BOTS, ticks)
    part = trade(BOTS, write_ticks(tmp_path / "part.csv", tick_rows(minutes=minutes)))
    first = [signal_row(one) for one in part.signals]
    assert first == [signal_row(one) for one in whole.signals][: len(first)]
    fills = [fill_row(one) for one in part.fills if "end" not in str(part.orders[one.order_id].exit_reason)]
    assert fills == [fill_row(one) for one in whole.fills][: len(fills)]
    assert fills


def test_bars_with_followers_are_decided_alike_whatever_the_hash_seed(tmp_path: Path) -> None:
    data, file = write_bars(tmp_path / "bars.csv", (2, 3)), tmp_path / "bots.json"
    file.write_text(json.dumps(BOTS))
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "engine", "backtest", "--bots", file, "--data", data, "--json"],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("0", "77")
    ]  # fmt: skip
    first, second = (json.loads(process.communicate(timeout=300)[0]) for process in running)
    assert first["decisions_digest"] == second["decisions_digest"]
    assert first["trades"] > 2


@pytest.mark.parametrize(
    ("bots", "field", "says"),
    [
        ((LEADER, copies("a", leader="b")), "a.parameters.leader", "there is no bot b; there are a, leader"),
        (
            (copies("a", leader="b"), copies("b", leader="a")),
            "a.parameters.leader",
            "a would follow itself, by way of b",
        ),
        (
            (LEADER, copies("a", leader="x/y")),
            "a.parameters.leader",
            "x/y is in another account, whose trades are not in",
        ),
    ],
)
def test_a_leader_that_a_backtest_has_not_is_named_before_it_begins(
    bots: tuple[dict[str, Any], ...], field: str, says: str, ticks: Path
) -> None:
    with pytest.raises(InvalidValue) as refused:
        trade(listed(*bots), ticks)
    assert (refused.value.field, refused.value.message[: len(says)]) == (field, says)


def test_a_list_of_bots_under_other_names_follows_among_itself() -> None:
    bots = [renamed(bot, "live-") for bot in parse_bots(listed(LEADER, copies("a"), copies("b", leader="x/y"))).bots]
    assert [(bot.bot_id, bot.parameters.get("leader")) for bot in bots] == [
        ("live-leader", None), ("live-a", "live-leader"), ("live-b", "x/y"),
    ]  # fmt: skip
