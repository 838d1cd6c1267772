"""The deployment's hard limits: said as JSON or as a file, read whole or not at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.bootstrap.market import open_market
from engine.domain.errors import InvalidValue
from engine.domain.risk import HardLimits
from engine.settings import read_settings

LEAST = {"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_OWNER_UID": "anna"}
SAID = '{"notional_max_pct": 4, "orders_per_second_max": 2}'
READ = HardLimits((("notional_max_pct", Decimal(4)), ("orders_per_second_max", 2)))


def test_without_them_there_are_none() -> None:
    assert read_settings(LEAST).hard_limits == HardLimits()


def test_they_are_said_in_the_variable_or_in_a_file_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    file.write_text(SAID)
    for said in (SAID, str(file)):
        assert read_settings({**LEAST, "RISK_HARD_LIMITS": said}).hard_limits == READ


def test_they_reach_the_account_that_is_traded() -> None:
    settings = read_settings({**LEAST, "RISK_HARD_LIMITS": SAID})
    assert open_market(settings).account.hard_limits == READ


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{", "is neither an object in JSON nor a file with one"),
        ("/nowhere/limits.json", "is neither an object in JSON nor a file with one"),
        ('{"mood": 1}', "risk_hard_limits.mood: there is no such limit; there are notional_max_pct, "),
        ('{"positions_max": -1}', "risk_hard_limits.positions_max: must be 1 to 1000, is -1"),
        ('{"leverage_max": NaN}', "risk_hard_limits.leverage_max: must be a finite number, is nan"),
    ],
)
def test_what_cannot_be_obeyed_ends_the_start(said: str, words: str) -> None:
    with pytest.raises(InvalidValue, match="RISK_HARD_LIMITS") as refused:
        read_settings({**LEAST, "RISK_HARD_LIMITS": said})
    assert words in str(refused.value)
