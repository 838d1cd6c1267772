"""A kill as it stands in its account's document. Part of documents.py's table, which takes it in."""

from __future__ import annotations

from engine.adapters.firestore.kinds import PLAIN, TIME, list_of, map_of, one_of, same
from engine.domain.records import KillItem, KillRecord, KillState, KillStep, KillStepName, Proof

_ITEM = (*same(PLAIN, "subject tries detail"), *same(one_of(Proof), "state"))
_STEP = (
    *same(one_of(KillStepName), "step"),
    *same(one_of(Proof), "state"),
    *same(PLAIN, "total done failed detail"),
    *same(list_of(KillItem, _ITEM), "items"),
    *same(TIME, "at"),
)
KILL = map_of(
    KillRecord,
    (
        *same(one_of(KillState), "state"),
        *same(PLAIN, "by reason flatten switch"),
        *same(list_of(KillStep, _STEP), "steps"),
        *same(TIME, "at asked_at"),
    ),
)
