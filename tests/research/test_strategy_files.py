"""A person's own strategies: found, loaded, refused with file and line, and at work like the project's."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine.bootstrap.own_strategies import load_own_strategies
from engine.cli.bots_file import read_bots_file
from engine.domain.account import Desired
from engine.domain.errors import DataError, InvalidValue
from engine.domain.events import BotChanged
from engine.research.strategy_files import outside_strategies
from engine.settings import read_settings
from engine.strategies.registry import Outside, also, available, checked_parameters, kind_of, make, parameters_of
from tests.builders.market import tick
from tests.builders.paper import bot, paper_loop
from tests.cli.command import lockstep
from tests.cli.generated import write_bars
from tests.research.planted_strategies import planted

SOUND = planted("sound")
BOTS = '{"bots": [{"id": "a", "strategy": "%s", "symbols": ["SBIN"], "parameters": {"every": 2}}]}'


def folder_with(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def loaded(folder: Path) -> Outside:
    return outside_strategies(folder, installed=False)


def test_a_file_is_a_strategy_by_its_name_with_its_parameters_and_presets(tmp_path: Path) -> None:
    text = SOUND + "\n\nPRESETS = {'rare': Parameters(every=9)}\n"
    with also(loaded(folder_with(tmp_path, risers=text))):
        assert "risers" in available()
        assert kind_of("risers").about == "Buys every fifth rising close."
        assert parameters_of("risers", "rare") == {"every": 9}
        assert checked_parameters("risers", {"every": "3"}) == {"every": 3}
        assert make("risers", {"preset": "balanced"}).needs == ()
    assert "risers" not in available()


def test_tests_and_private_files_beside_it_are_no_strategies(tmp_path: Path) -> None:
    found = loaded(folder_with(tmp_path, risers=SOUND, test_risers="1 / 0", _notes="1 / 0", conftest="1 / 0"))
    assert (list(found.kinds), found.broken, found.refused) == (["risers"], {}, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\ndef on_bar(:\n", "torn.py, line 2: invalid syntax"),
        ("x = 1\nimport nowhere_to_be_found\n", "torn.py, line 2: ModuleNotFoundError: No module named"),
        ("def f():\n    return 1 / 0\nf()\n", "torn.py, line 2: ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", "torn.py, line 2: SystemExit: 3"),
        ("x = 1\n", "torn.py: must hold one class with on_bar, and its Parameters"),
        (SOUND + SOUND.replace("Planted", "Other"), "torn.py: must hold one class with on_bar"),
        (SOUND.replace("def explain", "def explains"), "torn.py: explain: is missing"),
        (SOUND.replace("    needs = ()\n", ""), "torn.py: needs: is missing"),
        (
            SOUND.replace("self.rises = 0", "self.rises = 1 / 0"),
            "line 22: Planted can't be made with its defaults: Zero",
        ),
        (SOUND.replace("every: int = 5", "every: int"), "Parameters.every: needs a default"),
        (SOUND.replace("every: int = 5", "every: tuple = ()"), "Parameters.every: must be a bool, int or float"),
        (SOUND.replace("@dataclass(frozen=True)\n", ""), "Parameters: must be a dataclass"),
        (SOUND + "\nPRESETS = {'rare': 9}\n", "PRESETS['rare'] must be Parameters"),
    ],
)
def test_a_broken_file_is_told_with_its_line_and_the_others_are_there(text: str, says: str, tmp_path: Path) -> None:
    found = loaded(folder_with(tmp_path, risers=SOUND, torn=text))
    assert list(found.kinds) == ["risers"]
    assert says in found.broken["torn"]
    assert "\n" not in found.broken["torn"]
    with also(found), pytest.raises(InvalidValue, match="torn can't be loaded: "):
        make("torn", {})


def test_a_name_that_is_taken_or_none_is_refused_and_shadows_nothing(tmp_path: Path) -> None:
    found = loaded(folder_with(tmp_path, trend=SOUND, Shouting=SOUND, lambda_=SOUND))
    (tmp_path / "lambda.py").write_text(SOUND)
    again = loaded(tmp_path)
    assert list(found.kinds) == ["lambda_"]
    assert any("there is a strategy trend already, one of the project's" in why for why in found.refused)
    assert any("'Shouting' is no strategy's name" in why for why in found.refused)
    assert any("'lambda' is a word of Python's own" in why for why in again.refused)
    with also(found):
        assert kind_of("trend").source == ""


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="there is no folder"):
        outside_strategies(tmp_path / "nowhere")


def test_parameters_that_the_strategy_itself_can_not_take_are_an_error_in_words(tmp_path: Path) -> None:
    text = SOUND.replace("self.every = parameters.every", "self.every = 10 // (parameters.every - 7)")
    with also(loaded(folder_with(tmp_path, risers=text))), pytest.raises(InvalidValue) as raised:
        make("risers", {"every": 7})
    assert (
        raised.value.message == "risers can't be made with them: ZeroDivisionError: integer division or modulo by zero"
    )


def test_an_installed_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip leaves it: a module, and a .dist-info beside it that names the entry points."""
    folder_with(tmp_path, packaged_risers=SOUND)
    info = tmp_path / "packaged_risers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: packaged-risers\nVersion: 1.0\n")
    points = "risers = packaged_risers:Planted\ntrend = packaged_risers\ntorn = nowhere_to_be_found\n"
    (info / "entry_points.txt").write_text(f"[lockstep.strategies]\n{points}")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = outside_strategies(None)
    sys.modules.pop("packaged_risers", None)
    assert list(found.kinds) == ["risers"]
    assert found.kinds["risers"].source == str(tmp_path / "packaged_risers.py")
    assert "ModuleNotFoundError" in found.broken["torn"]
    assert any("there is a strategy trend already" in why for why in found.refused)


def test_the_service_takes_a_bots_file_with_a_broken_strategy_and_a_backtest_does_not(tmp_path: Path) -> None:
    folder_with(tmp_path, torn="def on_bar(:")
    bots = tmp_path / "bots.json"
    bots.write_text(BOTS % "torn")
    with also(loaded(tmp_path)):
        (spec,) = read_bots_file(bots, lenient=True).bots
        assert (spec.strategy, spec.parameters) == ("torn", {"every": 2})
        with pytest.raises(DataError, match=r"torn can't be loaded: .*line 1"):
            read_bots_file(bots)
        bots.write_text(BOTS % "astrology")
        with pytest.raises(DataError, match="unknown strategy 'astrology'"):
            read_bots_file(bots, lenient=True)


def test_what_a_bot_holds_whose_strategy_broke_is_closed_by_its_stop(tmp_path: Path) -> None:
    spec = replace(bot(strategy="risers", quantity=10, stop="1"), parameters={"every": 1})
    with also(loaded(folder_with(tmp_path, risers=SOUND))):
        books = paper_loop((spec,))
        for minute in range(30, 34):
            books.step(tick(f"09:{minute}:50", 500 + minute - 30))
        assert len(books.state.portfolio) == 1
    with also(loaded(folder_with(tmp_path, risers="def on_bar(:"))):
        books.step(BotChanged(replace(spec, name="Mine"), Desired.RUNNING, 2))
        assert "risers.py, line 1: invalid syntax" in (books.state.bots["alpha"].error or "")
        books.step(tick("09:34:10", 480), tick("09:34:20", 480))
        assert [trade.exit_reason for trade in books.trades] == ["stop"]
        assert books.trades[0].quantity >= Decimal(10)


def test_a_process_of_the_service_loads_them_and_says_what_it_loaded(tmp_path: Path) -> None:
    folder_with(tmp_path, risers=SOUND, torn="def on_bar(:", trend=SOUND)
    said = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": "me", "STRATEGIES_DIR": str(tmp_path)}
    with also(Outside()), capture_logs() as told:
        load_own_strategies(read_settings(said), tell=True)
        assert "risers" in available()
    assert "risers" not in available()
    assert [(line["event"], line["log_level"]) for line in told] == [
        ("strategy loaded", "info"), ("strategy can't be loaded", "error"), ("strategy refused", "error"),
    ]  # fmt: skip
    assert told[0]["source"] == str(tmp_path / "risers.py")
    assert told[1]["why"].endswith("torn.py, line 1: invalid syntax")


@pytest.mark.parametrize("which", ["folder", "file"])
def test_a_place_that_everybody_may_write_to_is_told(which: str, tmp_path: Path) -> None:
    path = folder_with(tmp_path, risers=SOUND) / "risers.py"
    assert loaded(tmp_path).exposed == ()
    path.chmod(0o666) if which == "file" else tmp_path.chmod(0o777)
    (why,) = loaded(tmp_path).exposed
    assert str(path if which == "file" else tmp_path) in why
    said = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": "me", "STRATEGIES_DIR": str(tmp_path)}
    with also(Outside()), capture_logs() as told:
        load_own_strategies(read_settings(said), tell=True)
    assert [line["why"] for line in told if line["log_level"] == "warning"] == [why]


def test_a_strategy_whose_making_ends_the_process_is_only_broken(tmp_path: Path) -> None:
    text = SOUND.replace("    def __init__(self, parameters):", "    def __init__(self, parameters):\n        exit(1)")
    assert text != SOUND
    found = loaded(folder_with(tmp_path, risers=text))
    assert "SystemExit" in found.broken["risers"]


def test_what_a_strategy_prints_goes_beside_what_a_command_was_asked(tmp_path: Path) -> None:
    assert lockstep("strategy", "new", "talker", "--in", tmp_path / "own").code == 0
    file = tmp_path / "own" / "talker.py"
    file.write_text(
        file.read_text().replace("        fast, slow, atr = ", '        print("hm")\n        fast, slow, atr = ')
    )
    bars = write_bars(tmp_path / "bars.csv", [0], ["RELIANCE"])
    ran = lockstep("backtest", "--strategy", "talker", "--strategies", file.parent, "--data", bars, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["strategy"] == "talker"
    assert ran.err.startswith("hm\nhm\n")
