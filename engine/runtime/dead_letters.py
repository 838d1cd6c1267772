"""Carries out what a person decides about dead letters: send the record again, or discard it.

Fed by control_watch, on the controls' thread, with commands that concern the journal and not the engine; feeds the
journal. The letter's document goes first and the record moves next, so that a record set aside again in the same moment
keeps its new letter; what a crash in between leaves untold is told at the next start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from engine.domain.effects import PublishRecord
from engine.domain.errors import JournalFailed
from engine.domain.events import CommandReceived
from engine.domain.records import CommandResult, DeadLetterGone, DeadLetterRecord, Record, SetAside
from engine.outbox.dead_letter import letter_id_of, letter_of

RETRY, DISCARD = "retry_dead_letter", "discard_dead_letter"
NOT_HELD = "the journal does not hold this record: it was sent again, discarded, or lost with an earlier journal"
FOLLOWED = "a newer state of the document was written since: there is nothing to send"
MAY_HAPPEN = "it may be done all the same once the disk answers"
_log = structlog.get_logger()


class LetterJournal(Protocol):
    """What is needed of a journal; adapters/queue has the one on disk, outbox/memory its twin."""

    @property
    def last_sequence(self) -> int:
        """See ports.Outbox."""

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """See ports.Outbox."""

    def dead(self) -> Sequence[SetAside]:
        """Every record set aside, in the order of rows."""

    def send_again(self, row: int) -> bool:
        """Have a dead record wait once more, under a new row; False where it is none, or a newer state has followed.

        Durable when it returns. Raises JournalFailed.
        """

    def discard(self, row: int) -> None:
        """Count a record as a dead letter no longer: it is never sent. Durable when it returns. Raises JournalFailed.

        A fact is dropped; the newest of a state stays as what an engine goes on from.
        """


class DeadLetterDesk:
    """One account's."""

    def __init__(self, journal: LetterJournal, account_id: str) -> None:
        self._journal = journal
        self._account_id = account_id

    def tell_untold(self, states: Iterable[Record]) -> None:
        """Write the letters that are missing among the journal's newest states: a crash came between, or the record
        could not even be read. A letter that could not be written itself is counted, and has no other.
        """
        told = {record.letter_id for record in states if isinstance(record, DeadLetterRecord)}
        letters = self._letters(kept for kept in self._journal.dead() if kept.collection != DeadLetterRecord.collection)
        self._put(*(letter for letter in letters if letter.letter_id not in told))

    def carry_out(self, command: CommandReceived) -> bool:
        """Do what a command about a dead letter asks and write down its result; False for any other command.

        Raises JournalFailed where not even the result can be put.
        """
        if command.kind not in (RETRY, DISCARD):
            return False
        letter_id = command.arguments.get("dead_letter_id", "")
        named = [kept for kept in self._journal.dead() if letter_id_of(kept, self._account_id) == letter_id]
        rows, discards = [kept.row for kept in named], command.kind == DISCARD
        if not rows and not discards:
            state, result = "failed", {"reason": NOT_HELD}
        else:
            self._put(DeadLetterGone(letter_id))  # also where the journal knows nothing of it: a letter about nothing
            try:
                state, result = "done", self._discard(rows) if discards else self._send_again(rows)
            except JournalFailed as failed:
                state, result = "failed", {"reason": f"{failed}; {MAY_HAPPEN}"}
                self._put(*self._letters(named))
        self._put(CommandResult(command.command_id, state, result))
        _log.info(command.kind, account=self._account_id, dead_letter=letter_id, state=state, **result)
        return True

    def _letters(self, of: Iterable[SetAside]) -> list[DeadLetterRecord]:
        return [letter_of(kept, self._account_id) for kept in of]

    def _send_again(self, rows: Sequence[int]) -> dict[str, str]:
        sent = [self._journal.send_again(row) for row in rows]
        return {"queued": str(sum(sent))} if any(sent) else {"queued": "0", "reason": FOLLOWED}

    def _discard(self, rows: Sequence[int]) -> dict[str, str]:
        for row in rows:
            self._journal.discard(row)
        return {"discarded": str(len(rows))} if rows else {"discarded": "0", "reason": NOT_HELD}

    def _put(self, *records: Record) -> None:
        if records:
            self._journal.put([PublishRecord(self._journal.last_sequence, record) for record in records])
