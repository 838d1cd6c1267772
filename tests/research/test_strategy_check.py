"""`lockstep strategy check` passes every strategy there is, and fails each that cheats, by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.research.strategy_check import check_strategy
from engine.research.strategy_text import read_source
from engine.strategies.registry import available
from tests.cli.command import lockstep
from tests.research.planted_strategies import line_of, planted


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
    assert checked.signals > 3 or name == "copy", "which decides by its leader, and by no bar"


@pytest.mark.parametrize("rule", ["clock", "chance", "set_order", "look_ahead", "shared_state"])
def test_a_planted_strategy_is_found_out_by_what_it_does(rule: str, tmp_path: Path) -> None:
    found = check_strategy(str(write(tmp_path, rule)), {})
    told = [finding.detail for finding in found.findings if finding.rule == rule and finding.detail.startswith("run ")]
    assert told, found.findings
    assert "it says" in told[0]
    if rule != "clock":
        assert {finding.rule for finding in found.findings} <= {rule, "outside"}


@pytest.mark.parametrize(
    ("plant", "rule"),
    [("clock", "clock"), ("chance", "chance"), ("set_order", "set_order"), ("look_ahead", "outside"),
     ("shared_state", "shared_state"), ("writes", "writes")],
)  # fmt: skip
def test_a_planted_strategy_is_found_out_by_its_text_with_the_line(plant: str, rule: str) -> None:
    first = read_source(planted(plant), "planted.py")[0]
    assert first.rule == rule
    assert first.detail.startswith(f"line {line_of(plant)}: ")


def test_a_look_ahead_is_seen_at_the_first_bar_that_it_changes(tmp_path: Path) -> None:
    """Where no bar exists before it is judged, the very first one that was looked ahead from is judged otherwise."""
    found = check_strategy(str(write(tmp_path, "look_ahead")), {})
    streamed = [one.detail for one in found.findings if one.detail.startswith("run on bars that are made only when")]
    assert "'s bar at 2026-01-07T03:4" in streamed[0], "within the day's first minutes"
    assert len([one for one in found.findings if one.rule == "look_ahead"]) >= 2, "the days cut off show it too"


@pytest.mark.parametrize(
    ("plant", "rule", "says"),
    [
        ("fails", "fails", "ZeroDivisionError: division by zero (fails.py line 29)"),
        ("explain", "explain", "KeyError: 'rises' (explain.py line 33)"),
        ("writes", "writes", "it wrote into its bar"),
        ("nonsense", "fails", "InvalidValue: verdict.score: must be None or -100 to 100, is 250.0"),
        ("bounds", "bounds", "with every=0 it fails: ZeroDivisionError: division by zero (bounds.py line 29)"),
    ],
)
def test_a_strategy_that_breaks_is_told_with_its_line(plant: str, rule: str, says: str, tmp_path: Path) -> None:
    found = check_strategy(str(write(tmp_path, plant)), {})
    told = [finding.detail for finding in found.findings if finding.rule == rule]
    assert any(says in detail for detail in told), found.findings


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
        ("seen = {1}; y = list(seen)", "set_order"),
        ("y = max(x for x in list({1, 2}))", "set_order"),
        ("print(*{1, 2})", "set_order"),
        ("from engine.simulation.demo_market import DemoMarket", "outside"),
        ("from engine.core import engine", "outside"),
        ("import pandas", "outside"),
        ("from . import friend", "outside"),
        ("import numpy as np; y = np.random.rand()", "chance"),
        ("import numpy as np; y = np.load('prices.npy')", "outside"),
        ("y = ().__class__.__base__.__subclasses__()", "outside"),
        ("def f(x=[]): pass", "shared_state"),
        ("def f(): global y", "shared_state"),
    ],
)
def test_what_has_no_place_in_a_strategys_text_is_named_with_its_line(text: str, rule: str) -> None:
    found = [one for one in read_source(f"# a line\n{text}\n", "planted.py") if one.rule == rule]
    assert [one.detail.partition(":")[0] for one in found] == ["line 2"]


@pytest.mark.parametrize(
    "text",
    [
        "import math, statistics\nfrom collections import deque",
        "import numpy as np\ny = np.mean([1, 2])",
        "from engine.core.strategy import Verdict\nfrom engine.strategies.parameters import number",
        "seen = {1}\ny = sorted(seen), len(seen), 1 in seen, seen.union({2}), max(x for x in seen)",
        "WEIGHTS = {'a': 1}\nclass A:\n    __slots__ = ['x']\n    def on_bar(self, bar, values): self.x = bar.close",
    ],
)
def test_what_has_its_place_is_left_alone(text: str) -> None:
    assert [one for one in read_source(text, "sound.py") if one.rule != "shared_state"] == []


def test_the_command_passes_a_sound_file_and_fails_one_that_raises(tmp_path: Path) -> None:
    sound = lockstep("strategy", "check", write(tmp_path, "sound"), "--set", "every=3", "--json")
    assert sound.code == 0, sound.err
    assert json.loads(sound.out)["findings"] == []
    assert json.loads(sound.out)["signals"] > 100
    fails = lockstep("strategy", "check", write(tmp_path, "fails"))
    assert fails.code == 1
    assert "ZeroDivisionError: division by zero (fails.py line 29)" in fails.out


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        (None, (), "there is no file"),
        ("class Nothing: pass", (), "must hold one class with on_bar, and its Parameters"),
        ("def broken(:", (), "line 1: invalid syntax"),
        (planted("sound"), ("--set", "speed=1"), "parameters.speed: idea.py has no such parameter; it has every"),
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


def test_a_strategy_that_prints_is_told_so_and_its_words_are_no_verdicts(tmp_path: Path) -> None:
    assert lockstep("strategy", "new", "talker", "--in", tmp_path).code == 0
    file = tmp_path / "talker.py"
    file.write_text(
        file.read_text().replace("        fast, slow, atr = ", "        print(bar)\n        fast, slow, atr = ")
    )
    found = check_strategy(str(file), {})
    assert [(one.rule, one.detail.partition(": ")[2]) for one in found.findings] == [
        ("outside", "print() has no place in a strategy")
    ]
    assert found.bars == 2 * 375 * 2


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x = 1\0", b"(" * 5_000])
def test_a_file_that_is_no_text_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "idea.py").write_bytes(content)
    ran = lockstep("strategy", "check", tmp_path / "idea.py")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"lockstep: strategy: {tmp_path / 'idea.py'}")
