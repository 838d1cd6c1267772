"""Writes a backtest's folder: summary.json, the contract's CSV files, report.html. All or nothing."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from engine.domain.errors import OperatingError
from engine.research import rows
from engine.research.backtest import BacktestResult
from engine.research.report.beside import Beside
from engine.research.report.report import report_html


def write_folder(folder: Path, result: BacktestResult, summary: dict[str, Any], beside: Beside | None = None) -> None:
    """Write everything aside, then move it into place, so that a folder is never half of one run.

    Raises OperatingError naming the folder where it can't be written; one that was made for it is gone then.
    """
    newborn = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, result, summary, beside)
    except OSError as error:
        if newborn:
            with suppress(OSError):
                folder.rmdir()
        raise OperatingError(f"{folder} can't be written: {error.strerror or error}") from error


def _write(folder: Path, result: BacktestResult, summary: dict[str, Any], beside: Beside | None) -> None:
    aside = Path(mkdtemp(prefix=".writing-", dir=folder))
    try:
        (aside / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        _csv(aside / "signals.csv", rows.SIGNALS, map(rows.signal_row, result.signals))
        _csv(aside / "orders.csv", rows.ORDERS, map(rows.order_row, result.orders.values()))
        _csv(aside / "fills.csv", rows.FILLS, map(rows.fill_row, result.fills))
        _csv(aside / "trades.csv", rows.TRADES, map(rows.trade_row, result.trades))
        _csv(aside / "equity.csv", rows.EQUITY, map(rows.equity_row, result.marks))
        (aside / "report.html").write_text(report_html(result, summary, beside), encoding="utf-8")
        for file in sorted(aside.iterdir()):
            file.replace(folder / file.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _csv(path: Path, header: rows.Row, lines: Iterable[rows.Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
