"""The first look: what was won or lost, beside buy and hold, and the figures of risk and time. Part of the report."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from engine.domain.account import AccountSpec
from engine.research.pictures.numbers import MINUS, duration, grouped, money, signed, signed_money
from engine.research.report.page import Figure, figures

Summary = Mapping[str, Any]
NONE = "\u2013"  # a figure that has no meaning here


def headline(summary: Summary, account: AccountSpec) -> str:
    """The net result, how it came about, and what holding would have brought."""
    currency, net = account.currency, float(summary["net_pnl"])
    look = "gain" if net > 0 else "loss" if net < 0 else ""
    held = summary.get("benchmark_return_pct")
    beside = (
        f"Buying and holding {_held(summary)} in equal parts: {signed(held, 2, ' %')} after charges."
        if held is not None
        else "No benchmark: none of the symbols could be bought and held."
    )
    return (
        f'<p class="big {look}">{escape(signed_money(net, currency))}</p>'
        f"<p>{escape(signed(summary['return_pct'], 2, ' %'))} of {escape(money(float(account.cash), currency))}, net: "
        f"gross {escape(signed_money(summary['gross_pnl'], currency))}, charges "
        f"{escape(money(summary['charges'], currency))}. {escape(beside)}</p>"
    )


def _held(summary: Summary) -> str:
    left_out = summary.get("benchmark_left_out") or ()
    return "the same symbols" if not left_out else f"the same symbols but {', '.join(left_out)}"


def key_figures(summary: Summary, currency: str) -> str:
    """Figures side by side; a dash where one has no meaning."""
    return figures((*_of_trades(summary, currency), *_of_risk(summary), *_of_use(summary, currency)))


def _of_trades(summary: Summary, currency: str) -> tuple[Figure, ...]:
    rate, expectancy, hold = summary["win_rate"], summary.get("expectancy"), summary.get("avg_hold_s")
    win, loss = summary.get("average_win"), summary.get("average_loss")
    return (
        Figure("Closed trades", f"{summary['trades']:,}", f"{summary['wins']} won, {summary['losses']} lost"),
        Figure("Win rate", NONE if rate is None else f"{rate * 100:.1f} %", "of trades won or lost"),
        Figure("Mean win", _money(win, currency), f"mean loss {_money(loss, currency)}"),
        Figure("Profit factor", _plain(summary["profit_factor"]), "won for each unit lost"),
        Figure("Expectancy", _money(expectancy, currency), "net, a trade", expectancy or 0.0),
        Figure("Holding time", NONE if hold is None else duration(hold), "mean of all trades"),
        Figure("Longest losing row", f"{summary.get('losing_row_max', 0)}", "trades one after another"),
    )


def _of_risk(summary: Summary) -> tuple[Figure, ...]:
    deepest, length = float(summary["max_drawdown_pct"]), float(summary.get("max_drawdown_s") or 0)
    ended = "until recovered" if summary.get("max_drawdown_to") else "not recovered"
    days = _days_note(summary)
    growth = summary.get("cagr_pct")
    return (
        Figure("Deepest drawdown", f"{MINUS}{deepest:.2f} %" if deepest else "0.00 %",
               f"{duration(length)}, {ended}" if deepest else ""),
        Figure("Sharpe", _plain(summary["sharpe"]), days),
        Figure("Sortino", _plain(summary.get("sortino")), days),
        Figure("Yearly growth", NONE if growth is None else signed(growth, 2, " %"),
               "needs 90 days" if growth is None else "CAGR"),
    )  # fmt: skip


def _of_use(summary: Summary, currency: str) -> tuple[Figure, ...]:
    share, times = summary.get("charges_share_pct"), summary.get("turnover")
    return (
        Figure("Exposure", f"{summary['exposure_pct']:.1f} %", "mean share of equity at work"),
        Figure("Turnover", NONE if times is None else f"{times:.2f}×", "value of fills over mean equity"),
        Figure("Charges", money(summary["charges"], currency),
               "no gross profit to take from" if share is None else f"{share:.1f} % of the gross profit"),
        Figure("Signals", f"{summary['signals']:,}", f"{summary['orders']:,} orders, {summary['fills']:,} fills"),
    )  # fmt: skip


def _days_note(summary: Summary) -> str:
    if summary["sharpe"] is None:
        return "needs two days that differ"
    return "daily returns, 252 days a year"


def _plain(value: float | None) -> str:
    return NONE if value is None else signed(value, 2).lstrip("+")


def _money(value: float | None, currency: str) -> str:
    return NONE if value is None else signed_money(value, currency)


def shown_price(value: float, digits: int, currency: str) -> str:
    """A price in a table: grouped, without the currency's sign."""
    return grouped(value, digits, currency)
