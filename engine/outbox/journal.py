"""What the way out needs of a journal. Given by adapters/queue (on disk) and outbox/memory (its twin).

Asked by the relay, by intake.py, and by awaited.py for whoever waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.domain.effects import PublishRecord
from engine.domain.records import SetAside
from engine.outbox.lane import Document
from engine.ports import Pending


class Journal(Protocol):
    """What the relay needs of a journal; adapters/queue has the one on disk, outbox/memory its twin."""

    @property
    def last_row(self) -> int:
        """The highest row that was ever on disk, 0 for none."""

    @property
    def buried(self) -> int:
        """How often a record was set aside since it was opened, those included whose noting waits for the disk."""

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox."""

    def flush(self, timeout_s: float) -> bool:
        """See ports.Outbox."""

    def pending(self, after_row: int, limit: int, byte_limit: int, *, of: Document | None = None) -> Sequence[Pending]:
        """Undelivered records with a higher row, in the order of rows: as many as fit, one at least if there is one.

        `of` leaves out all documents but one.
        """

    def mark_delivered(self, rows: Sequence[int]) -> None:
        """These are in the store. Never raises: what is not noted is sent again."""

    def bury(self, row: int, error: str, attempts: int) -> None:
        """Set a record aside as a dead letter. Never raises."""

    def dead(self) -> Sequence[SetAside]:
        """Every record set aside, in the order of rows."""

    def note_store(self, attempts: int, state: str, parked: int = 0, delivered_per_s: float = 0.0) -> None:
        """For the journal's status: commits tried so far, how the store is doing, and the documents parked."""
