"""A backtest as one HTML page that needs nothing else: figures, the equity line, the trades. Written by files.py."""

from __future__ import annotations

from html import escape
from typing import Any

from engine.domain.instant import iso
from engine.domain.records import ClosedTradeRecord
from engine.research.backtest import BacktestResult

_WIDTH, _HEIGHT, _POINTS = 960, 220, 960

_STYLE = """
body{font:14px/1.5 system-ui,sans-serif;margin:32px auto;max-width:1000px;padding:0 16px;color:#14171f;background:#fff}
h1{font-size:22px;margin:0}h2{font-size:15px;margin:32px 0 8px}p{margin:4px 0;color:#555d6b}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:6px 8px;border-bottom:1px solid #e3e6eb;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{font-weight:600;color:#555d6b}
.scroll{overflow-x:auto}dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:12px}
dt{color:#555d6b;font-size:12px}dd{margin:0;font-size:17px;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}
@media(prefers-color-scheme:dark){body{background:#12151b;color:#e8eaee}th,td{border-color:#2a2f39}p,dt,th{color:#9aa3b2}}
"""


def report_html(result: BacktestResult, summary: dict[str, Any]) -> str:
    """The page as text."""
    title = ", ".join(sorted({bot.strategy for bot in result.bots}))
    span = f"{summary['from']} to {summary['to']}" if summary["from"] != summary["to"] else str(summary["from"])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Backtest: {escape(title)}, {escape(span)}</title><style>{_STYLE}</style></head><body>
<h1>Backtest: {escape(title)}</h1>
<p>{escape(span)} · {escape(", ".join(result.symbols))} · {_terms(result)}</p>
{_figures(summary, result.account.currency)}
<h2>Equity, net of charges</h2>
{_equity_line(result)}
<h2>Closed trades</h2>
{_trades(result.trades)}
<h2>Ticks left out</h2>
<p>{_dropped(summary)}</p>
<p>Decisions {escape(summary["decisions_digest"][:16])}: equal for equal data, bots and seed.</p>
</body></html>
"""


def _terms(result: BacktestResult) -> str:
    return escape(f"simulated fills, charges {result.account.charge_schedule}")


def _figures(summary: dict[str, Any], currency: str) -> str:
    shown = [
        ("Net P&L", _money(summary["net_pnl"], currency)),
        ("Gross P&L", _money(summary["gross_pnl"], currency)),
        ("Charges", f"{summary['charges']:,.2f} {currency}"),
        ("Return", f"{summary['return_pct']:+.2f} %"),
        ("Deepest drawdown", f"{summary['max_drawdown_pct']:.2f} %"),
        ("Trades", str(summary["trades"])),
        ("Win rate", "-" if summary["win_rate"] is None else f"{summary['win_rate'] * 100:.1f} %"),
        ("Profit factor", "-" if summary["profit_factor"] is None else f"{summary['profit_factor']:.2f}"),
        ("Signals", str(summary["signals"])),
        ("Exposure", f"{summary['exposure_pct']:.1f} %"),
    ]
    return "<dl>" + "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in shown) + "</dl>"


def _money(value: float, currency: str) -> str:
    return f"{value:+,.2f} {currency}".replace("-", "\u2212")


def _equity_line(result: BacktestResult) -> str:
    marks = result.marks
    if len(marks) < 2:
        return "<p>Too short for a line.</p>"
    step = max(1, len(marks) // _POINTS)
    values = [float(mark.equity) for mark in marks[::step]]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    start = float(result.account.cash)
    points = " ".join(
        f"{number * _WIDTH / (len(values) - 1):.1f},{(high - value) / span * _HEIGHT:.1f}"
        for number, value in enumerate(values)
    )
    base = min(max((high - start) / span * _HEIGHT, 0), _HEIGHT)
    label = f"Equity from {values[0]:,.2f} to {values[-1]:,.2f}, between {low:,.2f} and {high:,.2f}"
    return (
        f'<svg viewBox="-4 -8 {_WIDTH + 8} {_HEIGHT + 16}" role="img" aria-label="{escape(label)}">'
        f'<line x1="0" x2="{_WIDTH}" y1="{base:.1f}" y2="{base:.1f}" stroke="#8a93a3" stroke-dasharray="3 4"/>'
        f'<polyline points="{points}" fill="none" stroke="#1f5fbf" stroke-width="1.5"/></svg><p>{escape(label)}</p>'
    )


def _trades(trades: list[ClosedTradeRecord]) -> str:
    if not trades:
        return "<p>No trade was closed.</p>"
    head = ("Symbol", "Bot", "Side", "Quantity", "Entry", "at", "Exit", "at", "Why", "Gross", "Charges", "Net")
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(trade)) + "</tr>" for trade in trades
    )
    return (
        '<div class="scroll"><table><thead><tr>'
        + "".join(f"<th>{name}</th>" for name in head)
        + f"</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cells(trade: ClosedTradeRecord) -> tuple[str, ...]:
    return (
        trade.symbol,
        trade.bot_id,
        trade.side,
        f"{trade.quantity:f}",
        f"{trade.entry_price:f}",
        iso(trade.entry_at)[:19].replace("T", " "),
        f"{trade.exit_price:f}",
        iso(trade.exit_at)[:19].replace("T", " "),
        trade.exit_reason.value,
        f"{trade.gross_pnl:+f}",
        f"{trade.charges:f}",
        f"{trade.net_pnl:+f}",
    )


def _dropped(summary: dict[str, Any]) -> str:
    dropped: dict[str, int] = summary["ticks_dropped"]
    if not dropped:
        return "None."
    return escape(", ".join(f"{rule.replace('_', ' ')} {count:,}" for rule, count in dropped.items()))
