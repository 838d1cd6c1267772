"""A run taken apart: by bot, by symbol, by how trades ended, by why signals became no order. Fed by its records.

Every closed trade and every signal is in exactly one part, so the parts add up to the whole, to the paisa.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.core.performance import profit_factor, win_rate
from engine.domain.records import ClosedTradeRecord, SignalRecord
from engine.domain.signal import Outcome

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """What some trades brought; money in the account's currency, exactly. `won` and `lost` are sums, both positive."""

    trades: int
    wins: int
    losses: int
    gross_pnl: Decimal
    charges: Decimal
    net_pnl: Decimal
    won: Decimal
    lost: Decimal

    @property
    def win_rate(self) -> float | None:
        """Wins of wins and losses."""
        return win_rate(self.wins, self.losses)

    @property
    def profit_factor(self) -> float | None:
        """Won for each unit lost."""
        return profit_factor(self.won, self.lost)

    def document(self) -> dict[str, Any]:
        """For summary.json."""
        factor = self.profit_factor
        return {
            "trades": self.trades,
            "wins": self.wins,
            "losses": self.losses,
            "win_rate": self.win_rate,
            "gross_pnl": float(self.gross_pnl),
            "charges": float(self.charges),
            "net_pnl": float(self.net_pnl),
            "profit_factor": None if factor is None else round(factor, 6),
        }


def part_of(trades: Iterable[ClosedTradeRecord]) -> Part:
    """The sums of some trades."""
    taken = list(trades)
    nets = [trade.net_pnl for trade in taken]
    return Part(
        len(taken),
        sum(net > 0 for net in nets),
        sum(net < 0 for net in nets),
        sum((trade.gross_pnl for trade in taken), ZERO),
        sum((trade.charges for trade in taken), ZERO),
        sum(nets, ZERO),
        sum((net for net in nets if net > 0), ZERO),
        -sum((net for net in nets if net < 0), ZERO),
    )


def split(
    trades: Sequence[ClosedTradeRecord], by: Callable[[ClosedTradeRecord], str], names: Iterable[str] = ()
) -> dict[str, Part]:
    """The parts of each name, sorted by it; `names` are there even without a trade."""
    groups: dict[str, list[ClosedTradeRecord]] = {name: [] for name in names}
    for trade in trades:
        groups.setdefault(by(trade), []).append(trade)
    return {name: part_of(groups[name]) for name in sorted(groups)}


def by_bot(trades: Sequence[ClosedTradeRecord], bots: Iterable[str] = ()) -> dict[str, Part]:
    """By the bot that traded."""
    return split(trades, lambda trade: trade.bot_id, bots)


def by_symbol(trades: Sequence[ClosedTradeRecord], symbols: Iterable[str] = ()) -> dict[str, Part]:
    """By the symbol traded."""
    return split(trades, lambda trade: trade.symbol, symbols)


def by_exit(trades: Sequence[ClosedTradeRecord]) -> dict[str, Part]:
    """By what ended the trade."""
    return split(trades, lambda trade: trade.exit_reason.value)


def without_order(signals: Iterable[SignalRecord]) -> dict[str, int]:
    """How many signals became no order, by outcome and reason (`blocked: cooldown`), the most frequent first."""
    counts = Counter(
        f"{signal.outcome.value}: {signal.blocking_reason}" if signal.blocking_reason else signal.outcome.value
        for signal in signals
        if signal.outcome is not Outcome.ORDERED
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
