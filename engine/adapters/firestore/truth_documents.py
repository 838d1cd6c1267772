"""Documents of truth: where broker and books differ. The rest of documents.py's table, which takes it in."""

from __future__ import annotations

from engine.adapters.firestore.kinds import NUMBER, PLAIN, PRICE, TIME, one_of, same
from engine.adapters.firestore.shape import Shape
from engine.domain import records

TRUTH_SHAPES: dict[type, Shape] = {
    records.DifferenceRecord: Shape(
        (
            *same(one_of(records.DifferenceKind), "kind"),
            *same(one_of(records.DifferenceState), "state"),
            *same(PLAIN, "subject symbol order_id venue_order_id venue_state ours theirs resolved_by result"),
            *same(NUMBER, "quantity"),
            *same(PRICE, "price"),
            *same(TIME, "at found_at resolved_at"),
        ),
        identity="difference_id",
    ),
}
