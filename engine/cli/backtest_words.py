"""What `lockstep backtest` says on stdout: the summary as JSON, or a few lines for a person."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from engine.domain.instant import iso
from engine.research.backtest import BacktestResult


def tell(arguments: argparse.Namespace, result: BacktestResult, summary: dict[str, Any]) -> None:
    """Tell what came of it, and where the files are."""
    if arguments.json:
        print(json.dumps(summary, indent=2))
        return
    rate = "-" if summary["win_rate"] is None else f"{summary['win_rate'] * 100:.1f} %"
    print(f"{summary['from']} to {summary['to']}: {len(result.symbols)} symbols, {summary['ticks']:,} ticks, "
          f"{summary['bars']:,} bars in {summary['engine_seconds']:.2f} s")  # fmt: skip
    dropped = ", ".join(f"{rule} {count:,}" for rule, count in summary["ticks_dropped"].items())
    print(f"ticks left out: {dropped or 'none'}")
    print(f"{summary['signals']} signals, {summary['orders']} orders, {summary['fills']} fills, "
          f"{summary['trades']} trades, win rate {rate}")  # fmt: skip
    print(f"gross {summary['gross_pnl']:+,.2f}, charges {summary['charges']:,.2f}, net {summary['net_pnl']:+,.2f} "
          f"{result.account.currency} ({summary['return_pct']:+.2f} %)")  # fmt: skip
    _tell_beside(summary)
    print(f"decisions {summary['decisions_digest']}")
    for trip in result.trips:
        print(f"{iso(trip.at)} {trip.detail}")
    if result.halted:
        print(f"halted: {result.halted}", file=sys.stderr)
    if arguments.out:
        print(f"written to {arguments.out}")


def _tell_beside(summary: dict[str, Any]) -> None:
    """Risk, buy and hold, and the pessimistic twin, each where there is one."""
    ratios = ", ".join(
        f"{name} {summary[name]:.2f}" for name in ("sharpe", "sortino", "profit_factor") if summary[name] is not None
    ).replace("_", " ")
    print(f"deepest drawdown {summary['max_drawdown_pct']:.2f} %{ratios and ', ' + ratios}")
    held = summary["benchmark_return_pct"]
    if held is not None:
        print(f"buy and hold {summary['benchmark_net_pnl']:+,.2f} ({held:+.2f} %)")
    if "pessimistic" in summary:
        twin = summary["pessimistic"]
        print(f"pessimistic within bars: net {twin['net_pnl']:+,.2f} ({twin['return_pct']:+.2f} %)")
