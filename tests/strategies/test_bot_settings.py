"""Settings of a bots file that came later: building up, reducing, charges by venue. Without them nothing changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import Building, BuildingPolicy, ReduceBy
from engine.domain.errors import InvalidValue
from engine.strategies.bot_list import parse_bots
from engine.strategies.replay_account import replay_account

D = Decimal
BOT = {"id": "alpha", "strategy": "confluence", "symbols": ["SBIN"]}


def said(bot: dict[str, Any] | None = None, **account: Any) -> dict[str, Any]:
    return {"bots": [{**BOT, **(bot or {})}], **account}


def test_what_is_left_out_is_as_it_was() -> None:
    found = parse_bots(said())
    assert (found.bots[0].building, found.reduce_by, found.venue_charges) == (Building(), ReduceBy.AVERAGE, {})
    account = replay_account(found, "data")
    assert (account.reduce_by, account.venue_charges) == (ReduceBy.AVERAGE, {})


def test_a_list_without_the_settings_keeps_the_digest_it_always_had() -> None:
    """An account is named after it: another digest would leave its books behind."""
    expected = "e3cb01d7"
    assert parse_bots(said()).digest()[:8] == expected
    defaults = said({"building": {"policy": "equal_size"}}, reduce_by="average", venue_charges={})
    assert parse_bots(defaults).digest()[:8] == expected


def test_each_setting_makes_another_digest() -> None:
    lists = [
        said(),
        said({"building": {"tranches_max": 2}}),
        said({"building": {"policy": "adaptive"}}),
        said(reduce_by="fifo"),
        said(venue_charges={"COINBASE": "coinbase_taker"}),
        said(venue_charges={"COINBASE": "coinbase_maker"}),
    ]
    assert len({parse_bots(one).digest() for one in lists}) == len(lists)


def test_all_settings_reach_the_bot_and_the_account() -> None:
    building = {"policy": "pyramid_down", "tranches_max": 3, "step_pct": 0.5, "factor": 1.5, "notional_max_pct": 20}
    found = parse_bots(said({"building": building}, reduce_by="fifo", venue_charges={"COINBASE": "coinbase_taker_10k"}))
    assert found.bots[0].building == Building(BuildingPolicy.PYRAMID_DOWN, 3, D("0.5"), D("1.5"), D(20))
    account = replay_account(found, "data")
    assert (account.reduce_by, account.venue_charges) == (ReduceBy.FIFO, {"COINBASE": "coinbase_taker_10k"})
    assert replace(account, venue_charges={}) != account


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (said({"building": {"policy": "martingale"}}), "bots[0].building.policy"),
        (said({"building": {"tranches_max": 1.5}}), "bots[0].building.tranches_max"),
        (said({"building": {"tranches_max": 0}}), "bots[0].building.tranches_max"),
        (said({"building": {"steps": 1}}), "bots[0].building.steps"),
        (said({"building": {"policy": "pyramid_down"}}), "bots[0].building.tranches_max"),
        (said({"building": 3}), "bots[0].building"),
        (said(reduce_by="lifo"), "reduce_by"),
        (said(venue_charges={"COINBASE": "free"}), "venue_charges.COINBASE"),
        (said(venue_charges=["none"]), "venue_charges"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_bots(wrong)
    assert refused.value.field == field
