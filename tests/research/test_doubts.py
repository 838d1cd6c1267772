"""Terms that no venue has go with the figures as sentences."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import Folder, lockstep

ROWS = {
    "SBIN": ("2026-01-05T09:15:00+05:30", "2026-01-05T09:16:00+05:30"),
    "BTC-USD": ("2026-01-05T03:45:00Z", "2026-01-05T03:46:00Z"),
}
MIXED = "prices are of several currencies (SBIN in INR, BTC-USD in USD); all amounts are added as if they were one\n"
CHARGED = "orders at COINBASE are charged by nse_intraday, which are rates of NSE; --fees names others\n"


def told(tmp_path: Path, *words: str, symbols: tuple[str, ...] = ("SBIN", "BTC-USD")) -> str:
    """What a backtest of these symbols says on stderr."""
    rows = [f"{at},{symbol},10,10,10,10,5" for symbol in symbols for at in ROWS[symbol]]
    (tmp_path / "bars.csv").write_text("\n".join(("ts,symbol,open,high,low,close,volume", *rows, "")))
    ran = lockstep(
        "backtest", "--strategy", "trend", "--data", tmp_path / "bars.csv", "--out", tmp_path / "out", *words
    )
    assert ran.code == 0
    return ran.err


def test_two_currencies_and_another_venues_rates_are_told_wherever_the_figures_are(tmp_path: Path) -> None:
    assert told(tmp_path) == MIXED + CHARGED
    folder = Folder(tmp_path / "out")
    assert folder.summary["doubts"] == [MIXED.strip(), CHARGED.strip()]
    assert "Prices are of several currencies (SBIN in INR" in (folder.path / "report.html").read_text()


def test_what_a_venue_has_is_nothing_to_tell(tmp_path: Path) -> None:
    assert told(tmp_path, symbols=("SBIN",)) == ""
    assert told(tmp_path, "--fees", "coinbase_taker", symbols=("BTC-USD",)) == ""
    assert told(tmp_path, "--fees", "none", symbols=("BTC-USD",)) == ""
    assert told(tmp_path, "--fees", "bse_delivery", symbols=("SBIN",)) == ""
    assert told(tmp_path, "--symbol", "SBIN") == "", "of what is in the file and not traded nothing is said"
