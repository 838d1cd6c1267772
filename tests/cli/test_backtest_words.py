"""Every word of `lockstep backtest` does what it says."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.command import Folder, backtest, lockstep
from tests.cli.generated import (
    BUSY,
    tick_rows,
    write_bars,
    write_bots,
    write_cumulative,
    write_ticks,
)

ONE_BOT = ("--strategy", "confluence", "--set", *BUSY)


def what_was_done(folder: Folder) -> list[tuple[str, ...]]:
    """The fills without their ids, which hash the data's digest in."""
    columns = ("bot_id", "symbol", "side", "quantity", "price", "charges", "at")
    return [tuple(row[column] for column in columns) for row in folder.rows("fills")]


@pytest.mark.parametrize("name", ["day.csv.gz", "day.parquet"])
def test_a_packed_file_leads_to_the_same_fills(name: str, folder: Folder, tmp_path: Path) -> None:
    data = write_ticks(tmp_path / name, tick_rows())
    assert what_was_done(backtest(tmp_path / "out", *ONE_BOT, "--data", data)) == what_was_done(folder)


def test_a_folder_of_files_named_by_symbol_leads_to_the_same_fills(folder: Folder, tmp_path: Path) -> None:
    data = write_cumulative(tmp_path / "2026-01-07", tick_rows())
    assert what_was_done(backtest(tmp_path / "out", *ONE_BOT, "--data", data)) == what_was_done(folder)


def test_files_can_be_named_one_by_one(folder: Folder, tmp_path: Path) -> None:
    one, other = (write_ticks(tmp_path / f"{symbol}.csv", tick_rows([symbol])) for symbol in ("RELIANCE", "TATAMOTORS"))
    together = backtest(tmp_path / "together", *ONE_BOT, "--data", one, other)
    apart = backtest(tmp_path / "apart", *ONE_BOT, "--data", other, "--data", one)
    assert what_was_done(together) == what_was_done(apart) == what_was_done(folder)
    assert together.summary["decisions_digest"] == apart.summary["decisions_digest"]


def test_bars_are_traded_at_the_next_bars_open(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [1])
    folder = backtest(tmp_path / "out", *ONE_BOT, "timeframe=5m", "--data", data)
    summary = folder.summary
    assert (summary["ticks"], summary["bars"]) == (0, 2 * 375)
    opens = {}
    for line in data.read_text().splitlines()[1:]:
        ts, symbol, price = line.split(",")[:3]
        opens[symbol, ts[:16]] = Decimal(price)
    fills = [fill for fill in folder.rows("fills") if fill["at"][14:16] != "00" or fill["at"][11:13] != "10"]
    assert len(fills) > 2
    for fill in fills:
        against = 1 if fill["side"] == "BUY" else -1
        expected = opens[fill["symbol"], fill["at"][:16]] * (10_000 + against) / 10_000
        assert abs(Decimal(fill["price"]) - expected) <= Decimal("0.005")


def test_only_the_symbols_asked_for_are_traded(ticks: Path, tmp_path: Path) -> None:
    folder = backtest(tmp_path / "out", *ONE_BOT, "--data", ticks, "--symbol", "RELIANCE")
    assert folder.summary["symbols"] == ["RELIANCE"]
    assert {row["symbol"] for row in folder.rows("signals")} == {"RELIANCE"}


def test_from_and_to_are_days_and_both_included(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [0, 1, 2, 3])
    folder = backtest(tmp_path / "out", *ONE_BOT, "--data", data, "--from", "2026-01-06", "--to", "2026-01-07")
    summary = folder.summary
    assert (summary["from"], summary["to"], summary["bars"]) == ("2026-01-06", "2026-01-07", 2 * 2 * 375)
    assert {row["at"][:10] for row in folder.rows("equity")} == {"2026-01-06", "2026-01-07"}


def test_cash_sets_what_an_entry_is_worth(ticks: Path, folder: Folder, tmp_path: Path) -> None:
    smaller = backtest(tmp_path / "out", *ONE_BOT, "--data", ticks, "--cash", "100000.50")
    assert Decimal(smaller.rows("equity")[0]["equity"]) == Decimal("100000.50")
    first, ten_times = (Decimal(run.rows("orders")[0]["quantity"]) for run in (smaller, folder))
    assert first < ten_times
    assert first == ten_times // 10 or first == ten_times // 10 + 1


def test_fees_choose_the_charges(ticks: Path, folder: Folder, tmp_path: Path) -> None:
    free = backtest(tmp_path / "out", *ONE_BOT, "--data", ticks, "--fees", "none")
    assert free.summary["charges"] == 0
    assert {Decimal(fill["charges"]) for fill in free.rows("fills")} == {Decimal(0)}
    assert folder.summary["charges"] > 0


def test_set_changes_a_parameter_and_the_summary_tells_which_were_used(ticks: Path, tmp_path: Path) -> None:
    folder = backtest(tmp_path / "out", "--strategy", "confluence", "--set", "buy_at=99", "--data", ticks)
    assert folder.summary["parameters"]["buy_at"] == 99
    assert folder.summary["parameters"]["sell_at"] == 60
    scores = {
        kind: [float(row["score"]) for row in folder.rows("signals") if row["type"] == kind] for kind in ("BUY", "SELL")
    }
    assert min(scores["BUY"]) >= 99
    assert -99 < max(scores["SELL"]) <= -60


def test_latency_puts_off_every_fill_and_the_seed_draws_which_come_in_parts(ticks: Path, tmp_path: Path) -> None:
    late = backtest(tmp_path / "late", *ONE_BOT, "--data", ticks, "--latency-ms", 5000)
    assert all(fill["at"][17:19] >= "05" for fill in late.rows("fills")[:1])
    parts = [
        backtest(tmp_path / name, *ONE_BOT, "--data", ticks, "--partial-pct", 50, "--seed", seed)
        for name, seed in (("a", 3), ("again", 3), ("other", 4))
    ]
    digests = [run.summary["decisions_digest"] for run in parts]
    assert digests[0] == digests[1] != digests[2]
    assert parts[0].summary["seed"] == 3
    assert parts[0].summary["fills"] > parts[0].summary["orders"]


def test_a_bots_file_runs_all_of_its_bots(ticks: Path, tmp_path: Path) -> None:
    folder = backtest(tmp_path / "out", "--bots", write_bots(tmp_path / "bots.json"), "--data", ticks)
    summary = folder.summary
    assert {row["bot_id"] for row in folder.rows("signals")} == {"quick", "slow"}
    assert (summary["seed"], summary["strategy"]) == (7, ["confluence", "confluence"])
    assert summary["parameters"]["quick"]["buy_at"] == 45
    assert Decimal(folder.rows("equity")[0]["equity"]) == 500_000


def test_cash_fees_and_seed_go_before_the_bots_file(ticks: Path, tmp_path: Path) -> None:
    bots = write_bots(tmp_path / "bots.json")
    words = ("--bots", bots, "--data", ticks, "--cash", 900_000, "--fees", "none", "--seed", 12)
    folder = backtest(tmp_path / "out", *words)
    assert (folder.summary["seed"], folder.summary["charges"]) == (12, 0)
    assert Decimal(folder.rows("equity")[0]["equity"]) == 900_000


def test_json_is_the_summary_and_nothing_else_on_stdout(ticks: Path, tmp_path: Path) -> None:
    ran = lockstep("backtest", *ONE_BOT, "--data", ticks, "--json", "--out", tmp_path / "out")
    assert ran.code == 0
    assert json.loads(ran.out) == Folder(tmp_path / "out").summary


def test_without_json_a_person_reads_the_figures_and_where_the_files_are(ticks: Path, tmp_path: Path) -> None:
    ran = lockstep("backtest", *ONE_BOT, "--data", ticks, "--out", tmp_path / "out")
    summary = Folder(tmp_path / "out").summary
    assert f"{summary['signals']} signals, {summary['orders']} orders, {summary['fills']} fills" in ran.out
    assert f"decisions {summary['decisions_digest']}" in ran.out
    assert ran.out.endswith(f"written to {tmp_path / 'out'}\n")
    assert ran.said == ""


def test_columns_that_are_not_used_are_named_once_on_stderr(tmp_path: Path) -> None:
    data = write_ticks(tmp_path / "day.csv", tick_rows(minutes=30))
    lines = data.read_text().splitlines()
    data.write_text("\n".join([lines[0] + ",venue", *(line + ",NSE" for line in lines[1:])]) + "\n")
    ran = lockstep("backtest", *ONE_BOT, "--data", data, "--json")
    assert ran.said == "columns not used: venue (1 file)\n"
    assert json.loads(ran.out)["ticks"] > 0


def test_a_second_run_into_the_same_folder_replaces_the_first(ticks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = backtest(out, *ONE_BOT, "--data", ticks).summary
    (out / "mine.txt").write_text("kept")
    second = backtest(out, *ONE_BOT, "--data", ticks, "--symbol", "RELIANCE").summary
    assert first["decisions_digest"] != second["decisions_digest"]
    assert Folder(out).summary == second
    assert len(Folder(out).rows("fills")) == second["fills"]
    assert (out / "mine.txt").read_text() == "kept"
    assert len(list(out.iterdir())) == 8


@pytest.mark.parametrize("given", [("--data", ""), ("--data", "d", "--out", "")])
def test_a_path_of_nothing_is_not_the_folder_that_one_is_in(
    given: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a shell's variable that is not set."""
    write_bars(tmp_path / "bars.csv", [0])
    monkeypatch.chdir(tmp_path)
    ran = lockstep("backtest", "--strategy", "confluence", *given)
    assert (ran.code, ran.out) == (2, "")
    assert "is empty; name a" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["bars.csv"]
