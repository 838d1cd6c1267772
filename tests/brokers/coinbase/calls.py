"""One request, as routes get it. Fed by the broker; feeds every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.brokers.coinbase.keys import PlayKey
from tests.brokers.loopback.answers import Answer

if TYPE_CHECKING:
    from tests.brokers.coinbase.broker import Broker


@dataclass(frozen=True)
class Call:
    """One request. `named` is what stood in the path; `key` is whose token it was, None on a public route."""

    query: Mapping[str, list[str]]
    body: Mapping[str, Any]
    at: datetime
    named: str
    key: PlayKey | None
    hidden_s: float

    def asked(self, name: str, otherwise: str = "") -> str:
        """One word of the query."""
        return self.query.get(name, [otherwise])[0]


Act: TypeAlias = Callable[["Broker", Call], Answer]
