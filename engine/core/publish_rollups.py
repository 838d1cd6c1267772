"""The ledger's roll-ups and the day's equity line as records. Called by settle, minute and rebook as they change."""

from __future__ import annotations

from engine.core.ledger import PERIODS, period_end
from engine.core.performance import average_hold_s, expectancy, grade, profit_factor, win_rate
from engine.core.state import State
from engine.domain.records import EquityDayRecord, ProfitRecord


def publish_profits(state: State) -> None:
    """The ledger's roll-ups."""
    for period in PERIODS:
        profit = state.ledger.profits[period]
        state.publish(
            ProfitRecord(
                account_id=state.account.account_id,
                period=period,
                period_start=profit.start,
                gross_pnl=profit.gross_pnl,
                charges=profit.charges,
                net_pnl=profit.net_pnl,
                trades=profit.trades,
                wins=profit.wins,
                losses=profit.losses,
                break_even=profit.break_even,
                gross_profit=profit.gross_profit,
                gross_loss=profit.gross_loss,
                bots=dict(sorted(profit.bots.items())),
                period_end=period_end(period, profit.start),
                hold_s=profit.hold_s,
                first_exit_at=profit.first_exit_at,
                last_exit_at=profit.last_exit_at,
                win_rate=win_rate(profit.wins, profit.losses),
                profit_factor=profit_factor(profit.gross_profit, profit.gross_loss),
                expectancy=expectancy(profit.net_pnl, profit.trades),
                avg_hold_s=average_hold_s(profit.hold_s, profit.trades),
                grade=grade(profit.trades, profit.losses, profit.gross_profit, profit.gross_loss),
            )
        )


def publish_equity_day(state: State) -> None:
    """The day's equity line so far."""
    state.publish(EquityDayRecord(state.account.account_id, state.ledger.day, state.ledger.points()))
