"""Slippage, latency, parts, orders nobody trades with: from the words and from the bots file, told in the summary."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Folder, backtest, lockstep
from tests.cli.generated import BUSY, write_bars, write_bots

ONE_BOT = ("--strategy", "confluence", "--set", *BUSY)
LIMITS = [
    {"id": "patient", "strategy": "confluence", "symbols": ["RELIANCE", "TATAMOTORS"],
     "parameters": {"confirm_s": 120, "cooldown_s": 300, "buy_at": 45, "sell_at": 45},
     "execution": {"entries": "limit", "offset_bps": 10}},
]  # fmt: skip


def test_without_a_word_orders_fill_whole_at_once_one_basis_point_against_us(folder: Folder) -> None:
    assert folder.summary["fill_terms"] == {"slippage_bps": 1, "latency_ms": 0, "partial_pct": 0, "unfilled_pct": 0}


def test_slippage_is_against_us_on_either_side(ticks: Path, folder: Folder, tmp_path: Path) -> None:
    dear = backtest(tmp_path / "dear", *ONE_BOT, "--data", ticks, "--slippage-bps", 20)
    assert dear.summary["fill_terms"]["slippage_bps"] == 20
    compared = 0
    for cheap_row, dear_row in zip(folder.rows("fills"), dear.rows("fills"), strict=True):
        assert (cheap_row["at"], cheap_row["side"]) == (dear_row["at"], dear_row["side"])
        exit_at_the_end = cheap_row["at"] == folder.rows("fills")[-1]["at"]
        cheap_price, dear_price = Decimal(cheap_row["price"]), Decimal(dear_row["price"])
        worse = dear_price > cheap_price if cheap_row["side"] == "BUY" else dear_price < cheap_price
        assert worse or (exit_at_the_end and dear_price == cheap_price)
        compared += worse
    assert compared > 4


def test_orders_nobody_trades_with_are_drawn_by_the_seed(ticks: Path, tmp_path: Path) -> None:
    bots = write_bots(tmp_path / "bots.json", bots=LIMITS)
    runs = {
        share: backtest(tmp_path / f"u{share}", "--bots", bots, "--data", ticks, "--unfilled-pct", share)
        for share in (0, 100)
    }
    assert len(runs[100].rows("fills")) < len(runs[0].rows("fills"))
    assert runs[100].summary["fill_terms"]["unfilled_pct"] == 100


TIGHT = [
    {"id": "tight", "strategy": "confluence", "symbols": ["RELIANCE", "TATAMOTORS"], "exits": {"stop_pct": 0.1},
     "parameters": {"confirm_s": 120, "cooldown_s": 300, "buy_at": 45, "sell_at": 45}},
]  # fmt: skip
FILE: dict[str, Any] = {"slippage_bps": 7, "latency_ms": 1500, "partial_pct": 50, "unfilled_pct": 10}


def test_a_bots_file_says_how_its_orders_fill(ticks: Path, tmp_path: Path) -> None:
    said = write_bots(tmp_path / "said.json", fills=FILE)
    plain = write_bots(tmp_path / "plain.json")
    by_file = backtest(tmp_path / "file", "--bots", said, "--data", ticks)
    by_words = backtest(
        tmp_path / "words", "--bots", plain, "--data", ticks, "--slippage-bps", 7, "--latency-ms", 1500,
        "--partial-pct", 50, "--unfilled-pct", 10,
    )  # fmt: skip
    assert by_file.summary["fill_terms"] == by_words.summary["fill_terms"] == FILE
    assert by_file.summary["decisions_digest"] == by_words.summary["decisions_digest"]
    assert by_file.summary["account_id"] == by_words.summary["account_id"]
    assert by_file.summary["decisions_digest"] != backtest(
        tmp_path / "plain", "--bots", plain, "--data", ticks
    ).summary["decisions_digest"]  # fmt: skip


def test_words_go_before_the_bots_file_one_by_one(ticks: Path, tmp_path: Path) -> None:
    said = write_bots(tmp_path / "said.json", fills=FILE)
    folder = backtest(tmp_path / "out", "--bots", said, "--data", ticks, "--latency-ms", 0)
    assert folder.summary["fill_terms"] == FILE | {"latency_ms": 0}


def test_the_default_terms_leave_a_bots_file_its_account(ticks: Path, tmp_path: Path) -> None:
    plain = backtest(tmp_path / "plain", "--bots", write_bots(tmp_path / "plain.json"), "--data", ticks)
    said = write_bots(tmp_path / "said.json", fills={"slippage_bps": 1})
    assert (
        backtest(tmp_path / "said", "--bots", said, "--data", ticks).summary["account_id"]
        == (plain.summary["account_id"])
    )


@pytest.mark.parametrize(
    ("fills", "told"),
    [
        ({"slippage_bps": -1}, "fills.slippage_bps: must be 0 to 1000, is -1"),
        ({"latency_ms": 1.5}, "fills.latency_ms: must be a whole number, is 1.5"),
        (
            {"speed": 1},
            "fills.speed: there is no such field; there are slippage_bps, latency_ms, partial_pct, unfilled_pct",
        ),
        ([1], "fills: must be an object of named values"),
    ],
)  # fmt: skip
def test_wrong_terms_in_a_bots_file_are_told_by_their_path(fills: Any, told: str, ticks: Path, tmp_path: Path) -> None:
    bots = write_bots(tmp_path / "bots.json", fills=fills)
    ran = lockstep("backtest", "--bots", bots, "--data", ticks)
    assert (ran.code, ran.out) == (1, "")
    assert ran.said == f"lockstep: {bots}: {told}\n"


@pytest.mark.parametrize("option", ["--slippage-bps", "--latency-ms", "--partial-pct", "--unfilled-pct"])
def test_wrong_terms_in_the_words_are_refused_before_any_data_is_read(option: str, tmp_path: Path) -> None:
    ran = lockstep("backtest", *ONE_BOT, "--data", tmp_path / "nothing-here", option, -1)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"lockstep: {option[2:].replace('-', '_')}: must be 0 to ")


def test_an_intrabar_rule_goes_with_bars(ticks: Path, tmp_path: Path) -> None:
    ran = lockstep("backtest", *ONE_BOT, "--data", ticks, "--intrabar", "pessimistic", "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert ran.said == "lockstep: --intrabar: goes with bars; the data are ticks, and nothing happens within one\n"
    assert not (tmp_path / "out").exists()


def test_both_rules_stand_side_by_side(tmp_path: Path) -> None:
    data, bots = write_bars(tmp_path / "bars.csv", range(2)), write_bots(tmp_path / "bots.json", bots=TIGHT)
    both = backtest(tmp_path / "both", "--bots", bots, "--data", data, "--intrabar", "both")
    alone = {
        rule: backtest(tmp_path / rule, "--bots", bots, "--data", data, "--intrabar", rule).summary
        for rule in ("stated", "pessimistic")
    }
    assert both.summary["decisions_digest"] == alone["stated"]["decisions_digest"]
    assert both.summary["pessimistic"]["decisions_digest"] == alone["pessimistic"]["decisions_digest"]
    assert both.summary["pessimistic"]["net_pnl"] < both.summary["net_pnl"]
    page = (both.path / "report.html").read_text()
    assert "Both intrabar rules" in page
    assert "Both intrabar rules" not in (tmp_path / "stated" / "report.html").read_text()
