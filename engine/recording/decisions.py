"""Which of an engine's effects are decisions: verdicts, signals, orders, cancellations, and what stops an account.

Taken of the effects by the recorder as they are decided, and by the replay of what today's code decides; both as plain
fields, so that they can be compared across versions: of two decisions the fields that both have are compared. What only
screens need is no decision, and neither are records' numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

import msgspec

from engine.domain.effects import CancelOrder, Effect, SubmitOrder
from engine.domain.instant import Instant
from engine.domain.records import AccountRecord, DecisionRecord, OrderRecord, SignalRecord
from engine.recording.event_codec import PACK

Fields = Mapping[str, Any]
_EXACT = 1e-12  # relative; another machine's libraries may round the last bit of a double otherwise


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` is the effect's or record's type (`Standing`: what the account may do), `fields` are plain values."""

    kind: str
    fields: Fields

    @property
    def bot_id(self) -> str:
        """Whose it is; empty for the account's own, and for orders as they are sent, which name the order alone."""
        return str(self.fields.get("bot_id") or "")

    @property
    def symbol(self) -> str:
        return str(self.fields.get("symbol") or "")


class DecisionTaker:
    """Takes the decisions out of an engine's effects, in their order. One an engine, from its first event on."""

    def __init__(self) -> None:
        self._standing: Fields = {}

    def take(self, effects: Sequence[Effect]) -> list[tuple[str, Any]]:
        """Decisions as (kind, what has the fields)."""
        taken: list[tuple[str, Any]] = []
        for effect in effects:
            if isinstance(effect, SubmitOrder | CancelOrder):
                taken.append((type(effect).__name__, effect))
            elif isinstance(effect.record, DecisionRecord | SignalRecord | OrderRecord):
                taken.append((type(effect.record).__name__, effect.record))
            elif isinstance(effect.record, AccountRecord):
                standing = _standing(effect.record)
                if standing != self._standing:
                    self._standing = standing
                    taken.append(("Standing", standing))
        return taken

    def plain(self, effects: Sequence[Effect]) -> list[Decision]:
        """Decisions as a recording gives them back."""
        return [Decision(kind, msgspec.msgpack.decode(PACK.encode(has))) for kind, has in self.take(effects)]


def _standing(record: AccountRecord) -> Fields:
    """What the account may do, and what has tripped with which numbers."""
    return {
        "trading_state": record.trading_state.value,
        "halted_reason": record.halted_reason,
        "trips": [
            {"kind": t.kind.value, "at": t.at, "found": str(t.found), "limit": str(t.limit)} for t in record.trips
        ],
    }


def differing(then: Fields, now: Fields) -> tuple[str, ...]:
    """The fields in which two decisions differ, of those that both have."""
    return tuple(name for name in then if name in now and not _same(then[name], now[name]))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        both = isinstance(one, int | float) and isinstance(other, int | float)
        return both and isclose(one, other, rel_tol=_EXACT, abs_tol=_EXACT)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return not differing(one, other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def moment(decision: Decision) -> Instant | None:
    """The market time that a decision names."""
    fields = decision.fields
    if decision.kind == "OrderRecord" and fields.get("history"):
        return int(fields["history"][-1]["at"])
    return next((int(fields[name]) for name in ("confirmed_at", "at") if fields.get(name) is not None), None)
