"""What `lockstep backtest` refuses: exit code, one line on stderr, nothing on stdout, nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Ran, backtest, lockstep
from tests.cli.generated import write_bars, write_bots, write_csv

WORDS_WRONG, FAILED = 2, 1
NO_MOMENTUM = (
    "unknown strategy 'momentum'; there are accumulate, confluence, copy, opening_range, rotation, trend, "
    "vwap_reversion"
)


def assert_refused(ran: Ran, code: int, words: str, out: Path) -> None:
    """One line that ends a run before it wrote anything."""
    assert (ran.code, ran.out, ran.err) == (code, "", f"lockstep: {words}\n")
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--strategy", "momentum"), f"strategy: {NO_MOMENTUM}"),
        (
            ("--strategy", "confluence", "--set", "speed=3"),
            "parameters.speed: confluence has no such parameter; it has "
            "allow_short, buy_at, confirm_s, cooldown_s, follow_volatility, sell_at",
        ),
        (("--strategy", "confluence", "--set", "buy_at=high"), "parameters.buy_at: must be a number, is 'high'"),
        (("--strategy", "confluence", "--set", "buy_at=inf"), "parameters.buy_at: must be a finite number, is 'inf'"),
        (
            ("--strategy", "confluence", "--set", "confirm_s=1.5"),
            "parameters.confirm_s: must be a whole number, is '1.5'",
        ),
        (
            ("--strategy", "confluence", "--set", "allow_short=maybe"),
            "parameters.allow_short: must be true or false, is 'maybe'",
        ),
        (("--strategy", "confluence", "--set", "buy_at"), "--set: 'buy_at' is not key=value"),
        (("--strategy", "confluence", "--cash", "0"), "cash: must be above 0, is 0"),
        (("--strategy", "confluence", "--cash", "-5"), "cash: must be above 0, is -5"),
        (("--strategy", "confluence", "--partial-pct", "101"), "partial_pct: must be 0 to 100, is 101"),
        (
            ("--strategy", "confluence", "--set", "timeframe=7m"),
            "timeframe: unknown timeframe '7m'; there are 1m, 3m, 5m, 15m, 30m, 1h",
        ),
    ],
)
def test_wrong_words_are_named_with_what_exists(words: tuple[str, ...], told: str, ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert_refused(lockstep("backtest", *words, "--data", ticks, "--out", out), WORDS_WRONG, told, out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "one of the arguments --strategy --bots is required"),
        (("--strategy", "confluence", "--bots", "f"), "argument --bots: not allowed with argument --strategy"),
        (("--strategy", "confluence", "--cash", "much"), "argument --cash: cash: must be a number, is 'much'"),
        (("--strategy", "confluence", "--cash", "nan"), "argument --cash: cash: must be a finite number, is 'nan'"),
        (("--strategy", "confluence", "--fees", "free"), "argument --fees: invalid choice: 'free'"),
        (("--strategy", "confluence", "--from", "today"), "argument --from: 'today' is not a date like 2021-04-28"),
        (("--strategy", "confluence", "--colour", "red"), "unrecognized arguments: --colour red"),
    ],
)
def test_words_that_no_run_could_have_end_with_the_usage(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    ran = lockstep("backtest", *words, "--data", "d", "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (WORDS_WRONG, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "out").exists()


def test_parameters_beside_a_bots_file_are_refused_rather_than_forgotten(ticks: Path, tmp_path: Path) -> None:
    bots, out = write_bots(tmp_path / "bots.json"), tmp_path / "out"
    ran = lockstep("backtest", "--bots", bots, "--set", "buy_at=50", "--data", ticks, "--out", out)
    told = "--set: goes with --strategy; the bots of a file have their own parameters"
    assert_refused(ran, WORDS_WRONG, told, out)


def test_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    missing = tmp_path / "nothing.csv"
    ran = lockstep("backtest", "--strategy", "confluence", "--data", missing, "--out", out)
    assert_refused(ran, FAILED, f"{missing}: there is no such file or folder", out)


def test_a_broken_data_file_is_told_with_file_line_and_reason(tmp_path: Path) -> None:
    rows = [("2026-01-07T03:45:00Z", "SBIN", 100, 5), ("2026-01-07T03:45:01Z", "SBIN", "ten", 5)]
    data, out = write_csv(tmp_path / "day.csv", ("ts", "symbol", "price", "quantity"), rows), tmp_path / "out"
    ran = lockstep("backtest", "--strategy", "confluence", "--data", data, "--out", out)
    assert (ran.code, ran.out) == (FAILED, "")
    assert ran.err.startswith(f"lockstep: {data}, line 3: ")
    assert "ten" in ran.err
    assert ran.err.count("\n") == 1
    assert not out.exists()


def test_a_missing_column_is_told_with_those_found(tmp_path: Path) -> None:
    data, out = write_csv(tmp_path / "day.csv", ("ts", "symbol", "price"), []), tmp_path / "out"
    ran = lockstep("backtest", "--strategy", "confluence", "--data", data, "--out", out)
    assert_refused(ran, FAILED, f"{data}: ticks need quantity; found ts, symbol, price", out)


def test_a_symbol_that_is_not_in_the_data_is_told_with_those_that_are(ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = lockstep("backtest", "--strategy", "confluence", "--data", ticks, "--symbol", "GOOG", "--out", out)
    assert_refused(ran, FAILED, f"{ticks}: no rows of GOOG; there are RELIANCE, TATAMOTORS", out)


def test_days_without_rows_are_told(ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = lockstep("backtest", "--strategy", "confluence", "--data", ticks, "--from", "2027-01-01", "--out", out)
    assert_refused(ran, FAILED, f"{ticks}: no rows between 2027-01-01 and the end", out)


def test_a_bot_on_a_symbol_that_the_data_lacks_is_told_by_its_place(ticks: Path, tmp_path: Path) -> None:
    bots = [{"id": "a", "strategy": "confluence", "symbols": ["RELIANCE", "GOOG"]}]
    file, out = write_bots(tmp_path / "bots.json", bots=bots), tmp_path / "out"
    ran = lockstep("backtest", "--bots", file, "--data", ticks, "--out", out)
    told = "a.symbols[1]: GOOG is not in the data; there are RELIANCE, TATAMOTORS"
    assert_refused(ran, WORDS_WRONG, told, out)


def test_a_timeframe_that_cannot_be_made_of_the_bars_is_told(tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "bars.csv", [1], ["RELIANCE"])
    lines = bars.read_text().splitlines()
    bars.write_text("\n".join([lines[0], *lines[1::5]]) + "\n")  # every fifth minute: bars of five
    out = tmp_path / "out"
    ran = lockstep("backtest", "--strategy", "confluence", "--set", "timeframe=3m", "--data", bars, "--out", out)
    told = "confluence.timeframe: bars of 3m can't be made of RELIANCE's bars of 5m"
    assert_refused(ran, WORDS_WRONG, told, out)


@pytest.mark.parametrize("inside", ["", "/deep/below"])
def test_a_file_in_the_way_of_the_result_is_told_and_left_alone(inside: str, ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("a file of someone's")
    ran = lockstep("backtest", "--strategy", "confluence", "--data", ticks, "--out", f"{out}{inside}")
    assert (ran.code, ran.out) == (WORDS_WRONG, "")
    assert ran.err.endswith(f"error: argument --out: {out} is a file; name a folder\n")
    assert out.read_text() == "a file of someone's"


def test_a_run_that_fails_leaves_the_result_of_the_last_one_as_it_was(ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = backtest(out, "--strategy", "confluence", "--data", ticks).summary
    assert lockstep("backtest", "--strategy", "confluence", "--data", tmp_path / "no.csv", "--out", out).code == FAILED
    assert json.loads((out / "summary.json").read_text()) == before
    assert len(list(out.iterdir())) == 7


BOT: dict[str, Any] = {"id": "a", "strategy": "confluence", "symbols": ["RELIANCE"]}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], "the file: must be an object of named values"),
        ({}, "bots: must be a list of at least one bot"),
        ({"bots": []}, "bots: must be a list of at least one bot"),
        ({"bots": [BOT], "colour": 1}, "colour: there is no such field; there are "),
        ({"bots": [BOT], "cash": "lots"}, "cash: must be a number, is 'lots'"),
        ({"bots": [BOT], "cash": 0}, "cash: must be above 0, is 0"),
        ({"bots": [BOT], "cash": float("nan")}, "cash: must be a finite number, is nan"),
        ({"bots": [BOT], "seed": 1.5}, "seed: must be a whole number, is 1.5"),
        ({"bots": [BOT], "seed": True}, "seed: must be a whole number, is True"),
        ({"bots": [BOT], "charge_schedule": "free"}, "charge_schedule: unknown schedule 'free'; there are "),
        ({"bots": [BOT], "risk_policy": {"mood": 1}}, "risk_policy.mood: there is no such field; there are "),
        (
            {"bots": [BOT], "risk_policy": {"positions_max": 1.5}},
            "risk_policy.positions_max: must be a whole number, is 1.5",
        ),
        (
            {"bots": [BOT], "risk_policy": {"at_risk_max_pct": 101}},
            "risk_policy.at_risk_max_pct: must be above 0 and at most 100, is 101",
        ),
        ({"bots": [BOT, 7]}, "bots[1]: must be an object of named values"),
        ({"bots": [BOT, BOT]}, "bots: the id 'a' is used twice"),
        ({"bots": [BOT, BOT | {"id": ""}]}, "bots[1].id: '': 1 to 40 letters, digits, hyphens and underscores"),
        ({"bots": [BOT | {"id": "a b"}]}, "bots[0].id: 'a b': 1 to 40 letters, digits, hyphens and underscores"),
        ({"bots": [BOT | {"mood": "good"}]}, "bots[0].mood: there is no such field; there are "),
        (
            {"bots": [BOT | {"strategy": "momentum"}]},
            f"bots[0].strategy: {NO_MOMENTUM}",
        ),
        (
            {"bots": [BOT | {"parameters": {"speed": 1}}]},
            "bots[0].parameters.speed: confluence has no such parameter; it has ",
        ),
        (
            {"bots": [BOT | {"parameters": {"buy_at": "x"}}]},
            "bots[0].parameters.buy_at: must be a number, is 'x'",
        ),
        ({"bots": [BOT | {"parameters": [1]}]}, "bots[0].parameters: must be an object of named values"),
        ({"bots": [BOT | {"symbols": "RELIANCE"}]}, "bots[0].symbols: must be a list of symbols"),
        ({"bots": [BOT | {"symbols": []}]}, "bots[0].symbols: at least one symbol is needed"),
        ({"bots": [BOT | {"symbols": ["A", "A"]}]}, "bots[0].symbols: a symbol is named twice"),
        ({"bots": [BOT | {"timeframe": "7m"}]}, "bots[0].timeframe: unknown timeframe '7m'; there are 1m, "),
        (
            {"bots": [BOT | {"sizing": {"kind": "mood"}}]},
            "bots[0].sizing.kind: unknown kind 'mood'; there are equity_pct, notional, quantity",
        ),
        (
            {"bots": [BOT | {"sizing": {"kind": "quantity", "value": -3}}]},
            "bots[0].sizing.value: must be above 0, is -3",
        ),
        ({"bots": [BOT | {"sizing": {"size": 3}}]}, "bots[0].sizing.size: there is no such field; there are kind, "),
        ({"bots": [BOT | {"exits": {"stop_pct": 0}}]}, "bots[0].exits.stop_pct: must be above 0 and below 100, is 0"),
        ({"bots": [BOT | {"exits": {"stop_pct": "x"}}]}, "bots[0].exits.stop_pct: must be a number, is 'x'"),
    ],
)
def test_a_mistake_in_a_bots_file_is_told_by_the_path_of_its_field(
    said: Any, told: str, ticks: Path, tmp_path: Path
) -> None:
    file, out = tmp_path / "bots.json", tmp_path / "out"
    file.write_text(json.dumps(said))
    ran = lockstep("backtest", "--bots", file, "--data", ticks, "--out", out)
    assert (ran.code, ran.out) == (FAILED, "")
    assert ran.err.startswith(f"lockstep: {file}: {told}")
    assert ran.err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bots.json", '{\n"bots": [,]}', ", line 2: is not JSON: Expecting value"),
        ("bots.json", "[" * 100_000, ": can't be read: "),
        ("bots.json", '{"cash": ' + "9" * 5000 + "}", ": can't be read: "),
        ("bots.toml", "bots = [", ": is not TOML: "),
    ],
)
def test_a_bots_file_that_is_no_such_file_is_told(name: str, text: str, told: str, ticks: Path, tmp_path: Path) -> None:
    file, out = tmp_path / name, tmp_path / "out"
    file.write_text(text)
    ran = lockstep("backtest", "--bots", file, "--data", ticks, "--out", out)
    assert (ran.code, ran.out) == (FAILED, "")
    assert ran.err.startswith(f"lockstep: {file}{told}")
    assert not out.exists()
