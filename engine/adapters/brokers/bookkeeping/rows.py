"""What rows of any broker's books and sockets say of an order and of a fill. Read by each broker's own row files; what
is kept and told of orders here is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from engine.domain.broker import VenueState
from engine.domain.order import Side


class OrderSeen(Protocol):
    """An order as a row of the socket or of a book has it. `tag` is our id, None where it has none of that shape."""

    @property
    def order_id(self) -> str: ...

    @property
    def tag(self) -> str | None: ...

    @property
    def filled(self) -> Decimal: ...

    @property
    def state(self) -> VenueState: ...

    @property
    def reason(self) -> str: ...

    @property
    def progress(self) -> tuple[Decimal, bool]:
        """How far it has come: of two rows of one order, the further one is the newer."""


class OrderListed(OrderSeen, Protocol):
    """An order as a book has it: a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def side(self) -> Side: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def age(self) -> tuple[int, str]:
        """Sorts rows: the order that the broker took first comes first."""

    @property
    def names(self) -> Mapping[str, str]:
        """What else the broker calls it by, empty where this row does not say."""


class FillSeen(Protocol):
    """A fill as the book of fills has it."""

    @property
    def order_id(self) -> str: ...

    @property
    def fill_id(self) -> str: ...

    @property
    def venue_fill_id(self) -> str: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def price(self) -> Decimal: ...
