"""`lockstep sweep`: what it prints and writes, and the one sentence with which it refuses."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from engine.domain.instant import iso
from tests.cli.command import Ran, lockstep
from tests.cli.generated import MARKET, write_bars, write_csv

FILES = {"best.json", "sweep.html", "sweep.json", "trials.csv", "trials.jsonl"}
SPACE = 'buy_at = [30, 45, 60]\nconfirm_s = [0, 120]\n"exits.stop_pct" = { low = 0.5, high = 1.0, levels = 2 }\n'


@pytest.fixture(scope="module")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six generated days of a symbol."""
    return write_bars(tmp_path_factory.mktemp("bars") / "bars.csv", range(2, 8), ("RELIANCE",))


@pytest.fixture
def space(tmp_path: Path) -> Path:
    """A space of twelve points, a setting of the bot's among them."""
    path = tmp_path / "space.toml"
    path.write_text(SPACE)
    return path


def sweep(bars: Path, space: Path, *words: object) -> Ran:
    """Run it on one core, in this process."""
    return lockstep(
        "sweep", "--strategy", "confluence", "--data", bars, "--space", space, "--cores", 1, "--least-trades", 1,
        "--accept-data", *words,
    )  # fmt: skip


def test_a_grid_writes_its_folder_and_says_what_it_found(bars: Path, space: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = sweep(bars, space, "--search", "grid", "--walk-forward", "3/1", "--set", "sell_at=45", "--out", out)
    assert ran.code == 0, ran.err
    assert {path.name for path in out.iterdir()} == FILES
    for word in (
        "data: 1 series",
        "12 trials and 0 neighbours of 12 points, 6 trading days",
        "recommended: buy_at=",
        "luck: The best of 12",
        "walk-forward 3/1, 3 steps",
        "Monte Carlo, 2,000 times",
        f"written to {out}",
    ):
        assert word in ran.out, word
    with (out / "trials.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert {(row["buy_at"], row["confirm_s"], row["exits.stop_pct"]) for row in rows} == {
        (buy, confirm, stop) for buy in ("30", "45", "60") for confirm in ("0", "120") for stop in ("0.5", "1.0")
    }
    best = json.loads((out / "best.json").read_text())["bots"][0]
    assert best["parameters"]["sell_at"] == 45
    assert best["exits"]["stop_pct"] in (0.5, 1.0)


def test_json_is_the_file_and_nothing_else(bars: Path, space: Path, tmp_path: Path) -> None:
    ran = sweep(bars, space, "--search", "grid", "--json", "--out", tmp_path / "out")
    assert json.loads(ran.out) == json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert "data: 1 series" in ran.err


def test_the_page_needs_nothing_else_and_has_every_part(bars: Path, space: Path, tmp_path: Path) -> None:
    assert sweep(bars, space, "--search", "grid", "--walk-forward", "3/1", "--out", tmp_path / "out").code == 0
    page = (tmp_path / "out" / "sweep.html").read_text()
    for part in (
        "Plateau and peak",
        "How much of it is luck",
        "Walk-forward: out of sample",
        "Monte Carlo",
        "The data",
    ):
        assert part in page, part
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("<svg") >= 4


def test_without_out_nothing_is_written(bars: Path, space: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    assert sweep(bars, space, "--trials", 3).code == 0
    assert set(tmp_path.iterdir()) == before


def test_parameters_that_exclude_each_other_are_told_in_the_table(bars: Path, tmp_path: Path) -> None:
    space = tmp_path / "space.json"
    space.write_text('{"range_minutes": [15, 60], "until_minutes": [30, 240]}')
    ran = lockstep("sweep", "--strategy", "opening_range", "--data", bars, "--space", space, "--search", "grid",
                   "--cores", 1, "--least-trades", 1, "--out", tmp_path / "out")  # fmt: skip
    assert ran.code == 0, ran.err
    with (tmp_path / "out" / "trials.csv").open(newline="") as file:
        whys = {(row["range_minutes"], row["until_minutes"]): row["why_no_score"] for row in csv.DictReader(file)}
    assert "until_minutes" in whys["60", "30"]
    assert not whys["15", "240"]


def test_where_no_trial_has_a_score_nothing_is_recommended(bars: Path, space: Path, tmp_path: Path) -> None:
    ran = sweep(bars, space, "--search", "grid", "--least-trades", 100_000, "--out", tmp_path / "out")
    assert ran.code == 1
    assert "nothing to recommend: no trial has a score (at least 100000 trades are needed)" in ran.out
    assert re.search(r"^  \d+ of them: \d+ trades, 100000 are needed$", ran.out, re.MULTILINE)
    assert not (tmp_path / "out" / "best.json").exists()


def test_bad_data_is_refused_before_any_trial_unless_it_is_accepted(space: Path, tmp_path: Path) -> None:
    rows = [
        (
            iso(bar.open_at),
            "RELIANCE",
            bar.open / 100,
            bar.high / 100,
            bar.low / 100,
            bar.close / 100,
            bar.volume,
        )
        for day in (2, 3, 4)
        for number, bar in enumerate(bar for bar in MARKET.bars(day) if bar.symbol == "RELIANCE")
        if day != 3 or number < 40
    ]
    header = ("ts", "symbol", "open", "high", "low", "close", "volume")
    holed = write_csv(tmp_path / "holed.csv", header, rows)
    words = ("sweep", "--strategy", "confluence", "--data", holed, "--space", space, "--cores", 1, "--search", "grid",
             "--least-trades", 0)  # fmt: skip
    ran = lockstep(*words, "--out", tmp_path / "out")
    assert ran.code == 1
    assert "NSE/RELIANCE/1m covers 70 % of its sessions, 90 % are needed; a search would learn the holes" in ran.err
    assert not (tmp_path / "out").exists()
    accepted = lockstep(*words, "--accept-data", "--out", tmp_path / "out")
    assert accepted.code == 0, accepted.err
    assert "was accepted all the same" in (tmp_path / "out" / "sweep.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--strategy", "momentum"), "strategy: unknown strategy 'momentum'; there are accumulate, confluence"),
        (("--set", "speed=3"), "parameters.speed: confluence has no such parameter"),
        (("--set", "buy_at=50"), "space.buy_at: is set by --set too; leave one of them out"),
        (("--set", "nonsense"), "--set: 'nonsense' is not key=value"),
        (("--walk-forward", "60"), "--walk-forward: must be TRAIN/TEST in trading days, like 60/20, is '60'"),
        (("--walk-forward", "60/20"), "--walk-forward: 60/20 needs 80 days, there are 6"),
        (("--search", "grid", "--trials", 5), "--search: a grid of this space has 12 points, more than 5"),
        (("--resume",), "--resume: needs --out"),
        (("--ray-address", "127.0.0.1:1"), "--ray-address: goes with --on ray"),
        (("--symbol", "TCS"), "no rows of TCS; there are RELIANCE"),
        (("--anchored",), "--anchored: goes with --walk-forward"),
        (("--block", 5, "--monte-carlo-method", "shuffle"), "--block: goes with --monte-carlo-method bootstrap"),
        (("--on", "ray", "--ray-address", "127.0.0.1:1"), "Ray does not begin at 127.0.0.1:1: [Errno 111]"),
        (("--on", "ray", "--ray-address", "nobody.invalid:6379"), "Ray does not begin at nobody.invalid:6379: ["),
        (("--score", "luck"), "invalid choice: 'luck'"),
        (("--trials", "0"), "must be a whole number of at least 1, is '0'"),
        (("--width", "80"), "must be a whole number from 1 to 50, is '80'"),
    ],
)
def test_wrong_words_are_refused_in_a_sentence(
    bars: Path, space: Path, tmp_path: Path, words: tuple[object, ...], told: str
) -> None:
    ran = sweep(bars, space, *words)
    assert ran.code == (1 if told.startswith("no rows") else 2)
    assert told in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("buy = [1, 2]", "space.buy: 1 can't be tried: confluence has no such parameter"),
        ("buy_at = { low = 30, high = 300 }", "space.buy_at: 300 can't be tried: must be above 0 and at most 100"),
        ('timeframe = ["1m", "7m"]', "space.timeframe: '7m' can't be tried: unknown timeframe '7m'"),
        ('"exits.stop" = [1]', "space.exits.stop: 1 can't be tried"),
        ("buy_at = { low = 30 }", "space.buy_at: has no high; a range has low and high"),
    ],
)
def test_a_space_that_can_not_be_tried_is_refused_by_its_key(
    bars: Path, tmp_path: Path, content: str, told: str
) -> None:
    space = tmp_path / "space.toml"
    space.write_text(content)
    ran = sweep(bars, space, "--out", tmp_path / "out")
    assert ran.code == 2
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_not_there_is_told(bars: Path, space: Path) -> None:
    ran = sweep(bars, space, "--on", "ray", "--ray-address", "nowhere")
    assert ran.code == 2
    assert ran.err.startswith("lockstep: Ray does not begin at nowhere") or "Ray does not begin at nowhere" in ran.err
    assert "Traceback" not in ran.err


def test_the_help_has_an_example_of_a_space() -> None:
    ran = lockstep("sweep", "--help")
    assert ran.code == 0
    assert "space.toml:" in ran.out
    assert "lockstep sweep --strategy trend" in ran.out
