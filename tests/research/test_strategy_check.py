"""`lockstep strategy check` passes every strategy there is, and fails each that cheats, by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.research.strategy_check import check_strategy, read_source
from engine.strategies.registry import available
from tests.cli.command import lockstep
from tests.research.planted_strategies import planted


def write(folder: Path, name: str) -> Path:
    file = folder / f"{name}.py"
    file.write_text(planted(name))
    return file


@pytest.mark.parametrize("name", available())
def test_a_strategy_of_ours_decides_by_its_bars_alone(name: str) -> None:
    lively = {
        "accumulate": {"every_days": 1, "drop_pct": 0.2, "drop_bars": 30},
        "vwap_reversion": {"enter_at": 0.8, "adx_max": 100, "from_minutes": 10, "until_minutes": 360},
    }
    checked = check_strategy(name, lively.get(name, {"preset": "aggressive"}))
    assert checked.findings == ()
    assert checked.bars == 2 * 375 * 2
    assert checked.signals > 3


@pytest.mark.parametrize("rule", ["clock", "chance", "set_order", "look_ahead"])
def test_a_planted_strategy_is_found_out_by_what_it_does(rule: str, tmp_path: Path) -> None:
    found = check_strategy(str(write(tmp_path, rule)), {})
    told = [finding.detail for finding in found.findings if finding.rule == rule and finding.detail.startswith("run ")]
    assert told, found.findings
    assert "it says" in told[0]
    if rule in ("set_order", "look_ahead"):
        assert {finding.rule for finding in found.findings} <= {rule, "outside"}


@pytest.mark.parametrize("rule", ["clock", "chance"])
def test_a_planted_strategy_is_found_out_by_its_text(rule: str) -> None:
    assert [finding.rule for finding in read_source(planted(rule), "planted.py")] == [rule]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("import time", "clock"),
        ("from zoneinfo import ZoneInfo", "clock"),
        ("from secrets import choice", "chance"),
        ("import os.path", "outside"),
        ("open('prices.csv')", "outside"),
        ("key = hash('a')", "outside"),
        ("for x in {1, 2}: pass", "set_order"),
        ("y = [x for x in set(z)]", "set_order"),
    ],
)
def test_what_has_no_place_in_a_strategys_text_is_named_with_its_line(text: str, rule: str) -> None:
    (finding,) = read_source(f"# a line\n{text}\n", "planted.py")
    assert finding.rule == rule
    assert finding.detail.startswith("line 2: ") or rule == "set_order"


def test_the_command_passes_a_sound_file_and_fails_one_that_raises(tmp_path: Path) -> None:
    sound = lockstep("strategy", "check", write(tmp_path, "sound"), "--set", "every=3", "--json")
    assert sound.code == 0, sound.err
    assert json.loads(sound.out)["findings"] == []
    assert json.loads(sound.out)["signals"] > 100
    fails = lockstep("strategy", "check", write(tmp_path, "fails"))
    assert fails.code == 1
    assert "it fails: ZeroDivisionError" in fails.out


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        (None, (), "there is no file"),
        ("class Nothing: pass", (), "must hold one class with on_bar, and its Parameters"),
        ("def broken(:", (), "line 1: invalid syntax"),
        (planted("sound"), ("--set", "speed=1"), "has no parameter 'speed'; it has every"),
        (planted("sound"), ("--set", "every"), "'every' is not key=value"),
    ],
)
def test_what_is_no_strategy_is_said_in_one_sentence(
    text: str | None, words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    file = tmp_path / "idea.py"
    if text is not None:
        file.write_text(text)
    ran = lockstep("strategy", "check", file, *words)
    assert ran.code == 2
    assert says in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    ran = lockstep("strategy", "check", "astrology")
    assert (ran.code, ran.out) == (2, "")
    assert "there are accumulate, confluence" in ran.err
