"""What is known of broker and books being in step: open differences, suspicions, what a report may not judge.

Held by state; changed by reconcile.py and standing.py; whoever asks for something or hears of it calls `touch`.
"""

from __future__ import annotations

from engine.domain.records import DifferenceKind, DifferenceRecord, DifferenceState

_POSITION_KINDS = (
    DifferenceKind.FOREIGN_POSITION,
    DifferenceKind.OVERNIGHT_POSITION,
    DifferenceKind.QUANTITY_MISMATCH,
)


class Truth:
    """`reports` counts those that were compared. `touched` are symbols that changed since the last report was begun.

    `listed` are the order ids that the venue knows of: none of them is given to another order, also after a restart.
    """

    __slots__ = ("_reports_before", "differences", "listed", "reports", "suspects", "touched")

    def __init__(self) -> None:
        self.differences: dict[str, DifferenceRecord] = {}
        self.suspects: dict[str, int] = {}
        self.listed: set[str] = set()  # asked as `touched` is
        self.touched: set[str] = set()  # asked whether it holds a symbol, never walked through
        self.reports = self._reports_before = 0

    @property
    def compared_today(self) -> bool:
        """Whether a report was compared since the day began."""
        return self.reports > self._reports_before

    def begin_day(self) -> None:
        """What was settled is over with its day; what is open, or was let be, stands."""
        self.listed.clear()
        self._reports_before = self.reports
        stands = (DifferenceState.OPEN, DifferenceState.IGNORED)
        self.differences = {identity: found for identity, found in self.differences.items() if found.state in stands}

    def touch(self, symbol: str) -> None:
        """Something of this symbol has changed: a report begun before knows nothing of it."""
        self.touched.add(symbol)

    def open(self) -> list[DifferenceRecord]:
        """What nobody has decided yet, in the order it was found."""
        return [found for found in self.differences.values() if found.state is DifferenceState.OPEN]

    def open_on(self, symbol: str) -> DifferenceRecord | None:
        """The first open difference on a symbol: while there is one, no entry is made on it."""
        return next((found for found in self.open() if found.symbol == symbol), None)

    def ignored(self, kind: DifferenceKind, subject: str) -> bool:
        """Whether a person let exactly this be."""
        return any(
            found.state is DifferenceState.IGNORED and found.kind is kind and found.subject == subject
            for found in self.differences.values()
        )

    def misses(self, venue_fill_id: str) -> bool:
        """Whether a fill stands there as missed, and nobody has decided yet."""
        return any(found.kind is DifferenceKind.MISSED_FILL and found.subject == venue_fill_id for found in self.open())

    def taken(self, venue_fill_id: str) -> bool:
        """Whether a fill that the order itself could not take was booked by a person's word."""
        booked = (DifferenceState.ADOPTED, DifferenceState.FLATTENED)
        return any(
            found.state in booked and found.kind is DifferenceKind.MISSED_FILL and found.subject == venue_fill_id
            for found in self.differences.values()
        )

    def let_be(self, symbol: str) -> list[DifferenceRecord]:
        """Differences of quantity on a symbol that a person let be: they explain that much."""
        return [found for found in self._quantities_let_be() if found.symbol == symbol]

    def let_be_symbols(self) -> list[str]:
        """Symbols of which a quantity was let be."""
        return [found.symbol for found in self._quantities_let_be()]

    def _quantities_let_be(self) -> list[DifferenceRecord]:
        ignored = (found for found in self.differences.values() if found.state is DifferenceState.IGNORED)
        return [found for found in ignored if found.kind in _POSITION_KINDS]

    def settled(self, kind: DifferenceKind, subject: str) -> int:
        """How many differences of this kind and subject were decided about and are remembered."""
        undecided = (DifferenceState.OPEN, DifferenceState.GONE)
        return sum(
            found.kind is kind and found.subject == subject and found.state not in undecided
            for found in self.differences.values()
        )

    def doubted(self) -> list[str]:
        """Symbols of which the broker may hold something else than the books, open or let be."""
        open_ones = (found.symbol for found in self.open() if found.kind is not DifferenceKind.UNKNOWN_ORDER)
        return list(dict.fromkeys([*open_ones, *self.let_be_symbols()]))

    def followed(self, venue_order_id: str) -> bool:
        """Whether a person adopted this order of somebody else's."""
        return any(
            found.venue_order_id == venue_order_id
            and found.kind is DifferenceKind.FOREIGN_ORDER
            and found.state is DifferenceState.ADOPTED
            for found in self.differences.values()
        )

    @property
    def state(self) -> str:
        """`differs`, `checking` (a suspicion waits for the next report to confirm it) or `in_step`."""
        if self.open():
            return "differs"
        return "checking" if self.suspects else "in_step"

    def sentences(self) -> tuple[str, ...]:
        """The open differences in words."""
        return tuple(f"{found.symbol}: {found.ours}; the broker: {found.theirs}" for found in self.open())
