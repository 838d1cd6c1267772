"""Any beginning of the data gives the beginning of the decisions: whatever the market did, and whoever traded it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import ExitReason
from engine.market_data.merge import ended_at
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.rows import equity_row, fill_row, signal_row, trade_row
from engine.simulation.fill_model import FillModel
from engine.strategies.bot_list import parse_bots
from engine.strategies.replay_account import replay_account
from tests.research.drawn_market import OPEN_AT, SYMBOLS, beginning, drawn

MINUTES = 100
BOTS: dict[str, Any] = {
    "risk_policy": {"at_risk_max_pct": 60},
    "bots": [
        {"id": "score", "strategy": "confluence", "symbols": list(SYMBOLS),
         "parameters": {"confirm_s": 60, "cooldown_s": 300, "buy_at": 40, "sell_at": 40},
         "exits": {"stop_pct": 0.3, "target_pct": 0.5}},
        {"id": "wide", "strategy": "confluence", "symbols": list(SYMBOLS), "timeframe": "3m",
         "parameters": {"confirm_s": 0, "buy_at": 30, "sell_at": 30}},
        {"id": "trend", "strategy": "trend", "symbols": list(SYMBOLS), "parameters": {"preset": "aggressive"},
         "exits": {"stop_pct": 0.4}},
        {"id": "range", "strategy": "opening_range", "symbols": list(SYMBOLS),
         "parameters": {"preset": "aggressive"}},
        {"id": "mean", "strategy": "vwap_reversion", "symbols": list(SYMBOLS),
         "parameters": {"preset": "aggressive", "enter_at": 1.0, "adx_max": 100}},
        {"id": "saver", "strategy": "accumulate", "symbols": list(SYMBOLS),
         "parameters": {"every_days": 1, "at_minutes": 20, "drop_pct": 0.3, "drop_bars": 30}},
    ],
}  # fmt: skip
LISTED = parse_bots(BOTS)
ACCOUNT = replay_account(LISTED, "same")


def decisions(found: BacktestResult) -> dict[str, list[tuple[str, ...]]]:
    """All that was decided, without what closes the account when its data are over."""
    ending = {order.order_id for order in found.orders.values() if order.exit_reason is ExitReason.END}
    return {
        "signals": [signal_row(signal) for signal in found.signals],
        "fills": [fill_row(fill) for fill in found.fills if fill.order_id not in ending],
        "trades": [trade_row(trade) for trade in found.trades if trade.exit_reason is not ExitReason.END],
        "equity": [equity_row(mark) for mark in found.marks[:-1]],
    }


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    form=st.sampled_from(["ticks", "bars", "both"]),
    cut_s=st.integers(2 * 60, MINUTES * 60 - 1),
    partial_pct=st.sampled_from([0, 50]),
)
def test_any_beginning_of_the_data_gives_the_beginning_of_the_decisions(
    seed: int, form: str, cut_s: int, partial_pct: int
) -> None:
    data, model = drawn(seed, form, MINUTES), FillModel(3, partial_pct=partial_pct)
    cut_at = OPEN_AT + (cut_s if form == "ticks" else cut_s // 60 * 60) * SECOND
    part = beginning(data, cut_at)
    whole = run_backtest(ACCOUNT, LISTED.bots, data, model=model)
    first = run_backtest(ACCOUNT, LISTED.bots, part, model=model)
    expected, found = decisions(whole), decisions(first)
    for name, rows in found.items():
        assert rows == expected[name][: len(rows)], name
    reached_at = ended_at(part)
    assert len(first.signals) == sum(signal.confirmed_at <= reached_at for signal in whole.signals)
    assert len(found["fills"]) >= sum(fill.filled_at < reached_at for fill in whole.fills)


def test_the_beginnings_had_decisions_of_every_strategy_in_them() -> None:
    """Days on which nobody does anything would prove nothing."""
    for form in ("ticks", "bars", "both"):
        strategies, fills, trades = set(), 0, 0
        for seed in range(6):
            data = beginning(drawn(seed, form, MINUTES), OPEN_AT + (MINUTES - 5) * MINUTE)
            found = run_backtest(ACCOUNT, LISTED.bots, data)
            strategies.update(signal.strategy for signal in found.signals)
            fills += len(decisions(found)["fills"])
            trades += len(decisions(found)["trades"])
        assert strategies == {bot.strategy for bot in LISTED.bots}, form
        assert fills > 60
        assert trades > 10
