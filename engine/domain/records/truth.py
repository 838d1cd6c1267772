"""Records of where broker and books differ, and what was done about it. Made by core/reconcile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from engine.domain.instant import Instant


class DifferenceKind(StrEnum):
    """What is not in step.

    missed_fill        the broker filled an order of ours, and the books have no such fill
    missed_status      an order of ours ended at the broker as we asked, and the books have it open
    killed_by_broker   an order of ours ended at the broker, and nobody here asked for it
    unknown_order      an order was sent and no answer came: the broker is being asked
    lapsed_order       an order of an earlier day is open here, and the broker's book of a new day can't tell of it
    late_order         an order that was given up works at the broker after all
    foreign_order      an order works at the broker that is not ours
    foreign_position   the broker holds a symbol of which the books have nothing
    overnight_position the same, carried from an earlier day
    quantity_mismatch  broker and books hold different quantities of a symbol
    """

    MISSED_FILL = "missed_fill"
    MISSED_STATUS = "missed_status"
    KILLED_BY_BROKER = "killed_by_broker"
    UNKNOWN_ORDER = "unknown_order"
    LAPSED_ORDER = "lapsed_order"
    LATE_ORDER = "late_order"
    FOREIGN_ORDER = "foreign_order"
    FOREIGN_POSITION = "foreign_position"
    OVERNIGHT_POSITION = "overnight_position"
    QUANTITY_MISMATCH = "quantity_mismatch"


class Resolution(StrEnum):
    """What a person, or a policy by name, decides about a difference."""

    ADOPT = "adopt"
    IGNORE = "ignore"
    FLATTEN = "flatten"


class DifferenceState(StrEnum):
    """`open` until decided; `gone` when broker and books came into step by themselves."""

    OPEN = "open"
    ADOPTED = "adopted"
    IGNORED = "ignored"
    FLATTENED = "flattened"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DifferenceRecord:
    """One difference. `quantity` is signed: what the books lack of what the broker has.

    `ours` and `theirs` are words for a person; `subject` names what differs (a fill, an order, a symbol), so that the
    same difference is the same document.
    """

    collection: ClassVar[str] = "differences"
    fact: ClassVar[bool] = False
    difference_id: str
    kind: DifferenceKind
    subject: str
    symbol: str
    order_id: str | None
    venue_order_id: str | None
    quantity: Decimal
    price: Decimal | None
    at: Instant  # of the fill or the order's end at the venue
    venue_state: str | None  # of an order that differs
    ours: str
    theirs: str
    state: DifferenceState
    found_at: Instant
    resolved_at: Instant | None = None
    resolved_by: str | None = None
    result: str | None = None

    @property
    def document_id(self) -> str:
        return self.difference_id
