"""Settings of a bots file that came later: building up, reducing, charges by venue. Without them nothing changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import Building, BuildingPolicy, ReduceBy
from engine.domain.errors import InvalidValue
from engine.domain.sizing import ByTemperature, Sizing, SizingKind
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
        said({"sizing": {"kind": "volatility", "value": 5}}),
        said({"sizing": {"kind": "volatility", "value": 5, "atr_period": 20}}),
        said({"sizing": {"by_temperature": {"warm": 0.5}}}),
        said({"sizing": {"by_temperature": {"warm": 0.25}}}),
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


def test_every_part_of_a_sizing_reaches_the_bot() -> None:
    sizing = {"kind": "risk_per_trade", "value": 0.5, "slippage_bps": 8, "by_temperature": {"cool": 0, "hot": 1.5}}
    found = parse_bots(said({"sizing": sizing, "exits": {"stop_pct": 1}})).bots[0].sizing
    assert found == Sizing(SizingKind.RISK_PER_TRADE, D("0.5"), 14, D(8), ByTemperature(D(0), D(1), D("1.5")))
    written = parse_bots(said({"sizing": found.plain(), "exits": {"stop_pct": 1}}))
    assert written.bots[0].sizing == found


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (said({"building": {"policy": "martingale"}}), "bots[0].building.policy"),
        (said({"building": {"tranches_max": 1.5}}), "bots[0].building.tranches_max"),
        (said({"building": {"tranches_max": 0}}), "bots[0].building.tranches_max"),
        (said({"building": {"steps": 1}}), "bots[0].building.steps"),
        (said({"building": {"policy": "pyramid_down"}}), "bots[0].building.tranches_max"),
        (said({"building": 3}), "bots[0].building"),
        (said({"sizing": {"kind": "kelly"}}), "bots[0].sizing.kind"),
        (said({"sizing": {"kind": "volatility", "atr_period": 2.5}}), "bots[0].sizing.atr_period"),
        (said({"sizing": {"kind": "notional", "value": 9, "atr_period": 20}}), "bots[0].sizing.atr_period"),
        (said({"sizing": {"kind": "risk_per_trade", "value": 1}}), "bots[0].exits.stop_pct"),
        (said({"sizing": {"by_temperature": {"frozen": 1}}}), "bots[0].sizing.by_temperature.frozen"),
        (said({"sizing": {"by_temperature": {"hot": 3.5}}}), "bots[0].sizing.by_temperature.hot"),
        (said({"sizing": {"by_temperature": {"cool": 0, "warm": 0, "hot": 0}}}), "bots[0].sizing.by_temperature"),
        (said(reduce_by="lifo"), "reduce_by"),
        (said(venue_charges={"COINBASE": "free"}), "venue_charges.COINBASE"),
        (said(venue_charges=["none"]), "venue_charges"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_bots(wrong)
    assert refused.value.field == field
