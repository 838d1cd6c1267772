"""A period's figures over HTTP: in all and by bot, graded, with the bounds that lead to the trades behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, START, profit_fields, put

PART: dict[str, Any] = {
    "gross_pnl": 360.0, "charges": 60.0, "net_pnl": 300.0, "trades": 30, "wins": 18, "losses": 10, "break_even": 2,
    "gross_profit": 500.0, "gross_loss": 200.0, "hold_s": 5400,
}  # fmt: skip
BOUNDS = {"period_start": "2026-03-02", "period_end": "2026-03-08"}


def kept(world: World, period: str, **fields: Any) -> None:
    """A week's or a month's roll-up as the engine writes it."""
    row = {**profit_fields(ASHA, ASHAS, period), **PART, **BOUNDS, "bots": {"drift": PART}, **fields}
    put(world.documents, ASHAS, ("profits", f"{ASHAS}_{period}", row))


def test_a_roll_up_answers_with_all_figures_in_all_and_by_bot(world: World) -> None:
    kept(world, "week", first_exit_at=START, last_exit_at=START + timedelta(hours=1))
    stats = world.call("GET", "/portfolio/stats?period=week").json
    for part in (stats, stats["bots"]["drift"]):
        assert (part["win_rate"], part["profit_factor"], part["expectancy"]) == (0.6429, 2.5, 10.0)
        assert (part["avg_hold_s"], part["break_even"], part["grade"]) == (180.0, 2, "A")
        assert (part["gross_pnl"], part["charges"], part["net_pnl"]) == (360.0, 60.0, 300.0)
    assert (stats["period_start"], stats["period_end"]) == ("2026-03-02", "2026-03-08")
    assert (stats["first_exit_at"], stats["last_exit_at"]) == ("2026-03-02T06:30:00Z", "2026-03-02T07:30:00Z")


def test_a_roll_up_of_before_is_answered_as_far_as_its_sums_go(world: World) -> None:
    stats = world.call("GET", "/portfolio/stats?period=all").json
    assert (stats["win_rate"], stats["profit_factor"], stats["grade"], stats["avg_hold_s"]) == (
        0.6667, 3.0, "too few", None,
    )  # fmt: skip
    drift = stats["bots"]["drift"]
    assert (drift["win_rate"], drift["profit_factor"], drift["avg_hold_s"], drift["break_even"]) == (
        0.6667,
        None,
        None,
        1,
    )


@pytest.mark.parametrize("path", ["profits", "stats"])
def test_a_period_without_a_trade_has_no_bounds_and_no_grade(world: World, path: str) -> None:
    nothing = world.call("GET", f"/portfolio/{path}?period=month").json
    assert (nothing["trades"], nothing["net_pnl"], nothing["grade"]) == (0, 0.0, "too few")
    assert {nothing[name] for name in ("first_exit_at", "last_exit_at", "win_rate", "avg_hold_s", "profit_factor")} == {
        None
    }


def test_a_bot_keeps_its_building_setting(world: World) -> None:
    bot = {"strategy": "confluence", "symbols": ["INFY"], "id": "piler"}
    made = world.call("POST", "/bots", json={**bot, "building": {"policy": "pyramid_up", "tranches_max": 3}}).json
    expected = {"policy": "pyramid_up", "tranches_max": 3, "step_pct": 0.0, "factor": 0.5, "notional_max_pct": None}
    assert made["building"] == expected
    assert world.call("PATCH", "/bots/piler", json={"name": "Piler"}).json["building"] == expected
    changed = world.call("PATCH", "/bots/piler", json={"building": {"policy": "adaptive"}}).json["building"]
    assert (changed["policy"], changed["tranches_max"]) == ("adaptive", None)


def test_a_building_setting_that_makes_no_sense_is_named(world: World) -> None:
    bot = {"strategy": "confluence", "symbols": ["INFY"], "building": {"policy": "pyramid_down"}}
    answer = world.call("POST", "/bots", json=bot)
    assert answer.status_code == 400
    assert answer.json["errors"] == [{"field": "building.tranches_max", "message": "pyramid_down needs one"}]
