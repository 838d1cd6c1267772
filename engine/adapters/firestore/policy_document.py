"""A risk policy as it stands in its account's document. Part of documents.py's table, which takes it in."""

from __future__ import annotations

from engine.adapters.firestore.kinds import Kind

POLICY = Kind(
    lambda value, _: {name: list(item) if isinstance(item, tuple) else item for name, item in value.items()},
    lambda value: {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()},
)
