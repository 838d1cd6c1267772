"""The paper twin's part of a live bot's document. The rest of documents.py's table, which takes it in."""

from __future__ import annotations

from engine.adapters.firestore.kinds import MONEY, NUMBER, PLAIN, TIME, list_of, one_of, same, within
from engine.adapters.firestore.shape import Operation, Shape
from engine.domain import records
from engine.domain.order import Purpose, Side

_FILL = (
    *same(PLAIN, "symbol missed"),
    *same(one_of(Side), "side"),
    *same(one_of(Purpose), "purpose"),
    *same(TIME, "at"),
    *same(NUMBER, "paper_price live_price slippage_bps"),
)
TWIN_SHAPES: dict[type, Shape] = {
    records.TwinRecord: Shape(
        within(
            "twin",
            (
                *same(PLAIN, "twin_account stopped compared missed alone trades_live trades_paper missed_reasons"),
                *same(TIME, "since"),
                *same(NUMBER, "slippage_bps"),
                *same(MONEY, "slippage_cost net_pnl_live net_pnl_paper"),
                *same(list_of(records.TwinFill, _FILL), "fills"),
            ),
        ),
        identity="bot_id",
        operation=Operation.UPDATE,
    ),
}
