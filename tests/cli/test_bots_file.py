"""A bots file says the same whatever its layout: what the account's id, and with it every id, is made from."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.cli.bots_file import read_bots_file
from engine.domain.errors import DataError
from engine.domain.sizing import SizingKind
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.replay_account import replay_account

SAID: dict[str, Any] = {
    "cash": 250_000,
    "charge_schedule": "none",
    "seed": 3,
    "risk_policy": {"at_risk_max_pct": 20, "positions_max": 4},
    "bots": [
        {"id": "banks", "name": "Banks", "strategy": "confluence", "parameters": {"confirm_s": 60, "buy_at": 55.5},
         "symbols": ["SBIN", "HDFCBANK"], "timeframe": "5m", "sizing": {"kind": "quantity", "value": 10},
         "exits": {"stop_pct": 0.5, "target_pct": None}},
        {"id": "rest", "strategy": "confluence", "symbols": ["TCS"]},
    ],
}  # fmt: skip


def backwards(said: Any) -> Any:
    """The same values with every object's keys in the opposite order."""
    if isinstance(said, dict):
        return {key: backwards(said[key]) for key in reversed(said)}
    return [backwards(item) for item in said] if isinstance(said, list) else said


def digest_of(path: Path, text: str) -> str:
    """The digest of a file with this content."""
    path.write_text(text)
    return read_bots_file(path).digest()


def test_the_order_of_keys_and_the_layout_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bots.json"
    written = digest_of(file, json.dumps(SAID))
    assert digest_of(file, json.dumps(backwards(SAID), indent=4)) == written


def test_a_field_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bots.json"
    file.write_text('{"bots": [{"id": "a", "strategy": "trend", "symbols": ["TCS"], "exits": {}, "exits": {}}]}')
    with pytest.raises(DataError, match="'exits' is there twice in one object"):
        read_bots_file(file)


def test_toml_says_the_same_as_json(tmp_path: Path) -> None:
    toml = """
    seed = 3
    cash = 250000
    charge_schedule = "none"
    [[bots]]
    symbols = ["SBIN", "HDFCBANK"]
    id = "banks"
    name = "Banks"
    strategy = "confluence"
    timeframe = "5m"
    parameters = { buy_at = 55.5, confirm_s = 60 }
    sizing = { value = 10, kind = "quantity" }
    exits = { stop_pct = 0.5 }
    [[bots]]
    id = "rest"
    strategy = "confluence"
    symbols = ["TCS"]
    [risk_policy]
    positions_max = 4
    at_risk_max_pct = 20
    """
    assert digest_of(tmp_path / "bots.toml", toml) == digest_of(tmp_path / "bots.json", json.dumps(SAID))


def test_another_value_is_another_digest_and_another_account(tmp_path: Path) -> None:
    file = tmp_path / "bots.json"
    file.write_text(json.dumps(SAID))
    before = read_bots_file(file)
    for changed in ({"cash": 1}, {"seed": 4}, {"risk_policy": {}}, {"charge_schedule": "nse_intraday"}):
        file.write_text(json.dumps(SAID | changed))
        after = read_bots_file(file)
        assert after.digest() != before.digest(), changed
        assert replay_account(after, "data").account_id != replay_account(before, "data").account_id
    assert replay_account(before, "other data").account_id != replay_account(before, "data").account_id
    assert replay_account(before, "data", "anna").account_id == replay_account(before, "data", "ben").account_id


def test_everything_said_arrives_and_the_rest_is_the_contracts_default(tmp_path: Path) -> None:
    file = tmp_path / "bots.json"
    file.write_text(json.dumps(SAID))
    found = read_bots_file(file)
    banks, rest = found.bots
    assert (found.cash, found.charge_schedule, found.seed) == (Decimal(250_000), "none", 3)
    assert (found.risk_policy.at_risk_max_pct, found.risk_policy.positions_max) == (Decimal(20), 4)
    assert (banks.symbols, banks.timeframe, banks.name) == (("SBIN", "HDFCBANK"), "5m", "Banks")
    assert dict(banks.parameters) == {"confirm_s": 60, "buy_at": 55.5}
    assert (banks.sizing.kind, banks.sizing.value) == (SizingKind.QUANTITY, Decimal(10))
    assert (banks.exits.stop_pct, banks.exits.target_pct) == (Decimal("0.5"), None)
    assert (rest.timeframe, rest.sizing.kind, rest.sizing.value) == ("1m", SizingKind.EQUITY_PCT, Decimal(5))
    assert (rest.exits.stop_pct, rest.exits.target_pct) == (None, None)
    file.write_text(json.dumps({"bots": SAID["bots"]}))
    least = read_bots_file(file)
    assert (least.cash, least.charge_schedule) == (Decimal(1_000_000), "nse_intraday")


def test_the_demos_three_bots_are_a_bots_file_too(tmp_path: Path) -> None:
    said = {
        "bots": [
            {"id": bot.bot_id, "name": bot.name, "strategy": bot.strategy, "symbols": list(bot.symbols),
             "parameters": dict(bot.parameters),
             "exits": {"stop_pct": _text(bot.exits.stop_pct), "target_pct": _text(bot.exits.target_pct)}}
            for bot in DEMO_BOTS.bots
        ]
    }  # fmt: skip
    file = tmp_path / "bots.json"
    assert len(DEMO_BOTS.bots) == 3
    assert digest_of(file, json.dumps(said)) == DEMO_BOTS.digest()
    assert digest_of(file, json.dumps(backwards(said))) == DEMO_BOTS.digest()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
