"""`lockstep compare`: figures of runs beside each other, what differs, and runs that say nothing about each other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Folder, backtest, lockstep
from tests.cli.generated import BUSY, write_bars

CONFLUENCE = ("--strategy", "confluence", "--set", *BUSY)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs: two over the same three days, one over two of them; `same` is the first once more."""
    place = tmp_path_factory.mktemp("runs")
    data = write_bars(place / "bars.csv", range(3))
    backtest(place / "cheap", *CONFLUENCE, "--data", data)
    backtest(place / "same", *CONFLUENCE, "--data", data)
    backtest(place / "dear", "--strategy", "confluence", "--set", "buy_at=60", "--slippage-bps", 9, "--data", data)
    backtest(place / "short", *CONFLUENCE, "--data", data, "--to", "2026-01-06")
    return place


def test_each_run_is_a_row_with_the_figures_of_its_summary(place: Path) -> None:
    ran = lockstep("compare", place / "cheap", place / "dear", "--json")
    assert (ran.code, ran.err) == (0, "")
    said = json.loads(ran.out)
    for row, name in zip(said["runs"], ("cheap", "dear"), strict=True):
        summary = Folder(place / name).summary
        assert row["name"] == name
        assert {key: summary[key] for key in row if key != "name"} == {key: row[key] for key in row if key != "name"}
    assert not said["same_decisions"]


def test_what_differs_is_named_and_nothing_else(place: Path) -> None:
    said = json.loads(lockstep("compare", place / "cheap", place / "dear", "--json").out)
    assert said["differences"] == {
        "fill_terms.slippage_bps": [1, 9],
        "parameters.buy_at": [45.0, 60.0],
        "parameters.confirm_s": [120, 300],
        "parameters.cooldown_s": [300, 900],
        "parameters.sell_at": [45.0, 60.0],
    }


def test_equal_runs_are_said_to_be_equal(place: Path) -> None:
    ran = lockstep("compare", place / "cheap", place / "same")
    assert ran.out.endswith("all took the same decisions\n")


def test_the_page_has_every_run_on_one_picture_and_needs_nothing_else(place: Path, tmp_path: Path) -> None:
    ran = lockstep("compare", place / "cheap", place / "dear", "--out", tmp_path / "there")
    assert ran.out.endswith(f"written to {tmp_path / 'there' / 'compare.html'}\n")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["compare.html"]
    page = (tmp_path / "there" / "compare.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert page.count('<path class="line run0" d="M') == page.count('<path class="line run1" d="M') == 2 + 1
    assert "<script" not in page


@pytest.mark.parametrize(
    ("other", "told"),
    [("short", "to 2026-01-06, not 2026-01-07"), ("symbol", "symbols RELIANCE, not RELIANCE, TATAMOTORS")],
)
def test_runs_over_other_data_are_refused(place: Path, tmp_path: Path, other: str, told: str) -> None:
    if not (place / other).exists():
        backtest(place / other, *CONFLUENCE, "--data", place / "bars.csv", "--symbol", "RELIANCE")
    ran = lockstep("compare", place / "cheap", place / other, "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"lockstep: {other}: ran over other data than cheap: {told}; --anyway compares them nevertheless\n"
    )
    assert not (tmp_path / "out").exists()


def test_files_that_changed_in_between_are_other_data(place: Path, tmp_path: Path) -> None:
    changed = tmp_path / "bars.csv"
    changed.write_text((place / "bars.csv").read_text().replace("TATAMOTORS,", "TATAMOTORS,", 1).rstrip("\n") + "\n\n")
    assert changed.read_text() != (place / "bars.csv").read_text()
    backtest(tmp_path / "run", *CONFLUENCE, "--data", changed)
    ran = lockstep("compare", place / "cheap", tmp_path / "run")
    assert ran.err.startswith("lockstep: run: ran over other data than cheap: other files;")


def test_anyway_compares_them_and_says_what_differs(place: Path) -> None:
    ran = lockstep("compare", place / "cheap", place / "short", "--anyway", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["differences"] == {"to": ["2026-01-07", "2026-01-06"]}


def test_what_differs_is_told_in_words_for_people(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "cheap", tmp_path / "other")
    summary = Folder(place / "cheap").summary | {"data_digest": "0123456789abcdef", "symbols": ["TCS", "SBIN"]}
    summary["parameters"] = {"allow_short": True}
    (tmp_path / "other" / "summary.json").write_text(json.dumps(summary))
    ran = lockstep("compare", place / "cheap", tmp_path / "other", "--anyway", "--out", tmp_path)
    mine = Folder(place / "cheap").summary
    told = (
        ("data_digest", mine["data_digest"][:12], "0123456789ab"),
        ("parameters.allow_short", "false", "true"),
        ("parameters.buy_at", "45.0", "-"),
        ("symbols", ", ".join(mine["symbols"]), "TCS, SBIN"),
    )
    page = (tmp_path / "compare.html").read_text()
    for key, before, after in told:
        assert f"\n{key}: {before} | {after}\n" in ran.out
        assert before in page
    assert "None" not in ran.out + page
    assert "[&#x27;" not in page


def test_a_run_of_before_summaries_named_their_data_is_refused(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "cheap", tmp_path / "old")
    summary = Folder(place / "cheap").summary
    for key in ("data_digest", "cash", "fill_terms", "sortino", "turnover"):
        del summary[key]
    (tmp_path / "old" / "summary.json").write_text(json.dumps(summary))
    ran = lockstep("compare", place / "cheap", tmp_path / "old")
    assert (ran.code, ran.err) == (
        1,
        "lockstep: old: its summary does not say data_digest, so nobody can tell what it ran over; "
        "--anyway compares it nevertheless\n",
    )
    assert lockstep("compare", place / "cheap", tmp_path / "old", "--anyway", "--out", tmp_path).code == 0


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("summary.json", "{", "it can't be read; a folder of `lockstep backtest --out` has one"),
        ("summary.json", "[1]", "is no backtest's: it lacks net_pnl, return_pct, final_equity, decisions_digest"),
        ("summary.json", "[" * 100_000, "it can't be read; a folder of `lockstep backtest --out` has one"),
        ("summary.json", {"net_pnl": "much"}, "is no backtest's: no number is net_pnl"),
        ("summary.json", {"sharpe": float("nan"), "trades": [1]}, "is no backtest's: no number is trades, sharpe"),
        ("summary.json", {"cash": 0}, "is no backtest's: it began with 0"),
        ("summary.json", None, "there is none; a folder of `lockstep backtest --out` has one"),
        ("equity.csv", "when,money\n1,2\n", "is no equity line: it needs the columns at and equity"),
    ],
)
def test_a_folder_that_is_no_runs_is_told_in_a_sentence(
    place: Path, tmp_path: Path, name: str, text: str | dict[str, Any] | None, told: str
) -> None:
    shutil.copytree(place / "cheap", tmp_path / "broken")
    file = tmp_path / "broken" / name
    if isinstance(text, dict):
        text = json.dumps(json.loads(file.read_text()) | text)
    file.unlink()
    if text is not None:
        file.write_text(text)
    ran = lockstep("compare", place / "cheap", tmp_path / "broken")
    assert (ran.code, ran.out, ran.err) == (1, "", f"lockstep: {file}: {told}\n")


def test_one_run_alone_is_nothing_to_compare(place: Path) -> None:
    ran = lockstep("compare", place / "cheap")
    assert (ran.code, ran.err) == (
        2,
        "lockstep: DIR: one run has nothing beside it; name at least two folders\n",
    )
    assert lockstep("compare").code == 2
