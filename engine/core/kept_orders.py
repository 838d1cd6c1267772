"""An account's orders by id, and those of them that the venue may still trade.

Held by state.py; filled by sending.py, by adopt.py and reopened.py with what others sent.

An order that has ended never comes back to life (orders.py has no such transition), so what is at work is looked for
among what was at work before, not among all of the day's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.core.orders import Order

_NONE: Mapping[str, Order] = MappingProxyType({})


class KeptOrders(dict[str, Order]):
    """In the order in which they were decided. An order is put in by its id and never taken out but all at once."""

    __slots__ = ("_working",)

    def __init__(self, orders: Mapping[str, Order] = _NONE) -> None:
        super().__init__(orders)
        self._working = {key: order for key, order in self.items() if order.open}

    def __setitem__(self, key: str, order: Order) -> None:
        again = key in self
        super().__setitem__(key, order)
        if again:  # it keeps its place among the others
            self._working = {known: kept for known, kept in self.items() if kept.open}
        else:
            self._working[key] = order

    def clear(self) -> None:
        super().clear()
        self._working.clear()

    def working(self) -> list[Order]:
        """Those that are open, oldest first."""
        working = self._working
        if not working:
            return []
        ended = [key for key, order in working.items() if not order.open]
        for key in ended:
            del working[key]
        return list(working.values())
