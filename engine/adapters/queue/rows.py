"""What is put as the journal's rows: their order, their sequence, which of them replace others. Used by writer.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.effects import PublishRecord
from engine.domain.order import OrderState
from engine.domain.records import CommandResult, DeadLetterGone, OrderRecord, Record, slot_of, told_of

_FINISHED = frozenset(
    {OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED, OrderState.REFUSED}
)

Key = tuple[str, str, str]  # collection, document, slot


def rows_of(
    batches: Sequence[Sequence[PublishRecord]], sequence: int, now: float, encode: Callable[[Record], bytes]
) -> tuple[list[tuple[object, ...]], list[Key], int]:
    """The rows to add, in order, each state once with its newest value; the states that they supersede; the last
    sequence.

    Sequences never go back over rows: runtime's own records carry the engine's latest as they last saw it. `sequence`
    is the one before, `now` wall time in seconds.
    """
    kept: dict[object, tuple[object, ...]] = {}
    keys: list[Key] = []
    for batch in batches:
        for published in batch:
            record = published.record
            sequence = max(sequence, published.sequence)
            key = (record.collection, record.document_id, slot_of(record))
            place: object = len(kept) if record.fact else key
            if not record.fact:
                keys.append(key)
                kept.pop(place, None)  # the newest value takes its place at the end
            kept[place] = (sequence, *key, record.fact, is_history(record), now, encode(record))
    return list(kept.values()), keys, sequence


def is_history(record: Record) -> bool:
    """Whether nothing goes on from it: facts, finished orders, commands, letters that are gone.

    History is kept up to a bound, oldest dropped first.
    """
    told = told_of(record)
    if isinstance(told, OrderRecord):
        return told.state in _FINISHED
    return record.fact or isinstance(record, (CommandResult, DeadLetterGone))
