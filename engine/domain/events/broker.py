"""What a venue says of orders, and of the whole account when asked. Made by brokers and the simulated venue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.domain.broker import BrokerReport
from engine.domain.instant import Instant


@dataclass(frozen=True, slots=True)
class OrderDispatched:
    """The order is on the wire; nothing is known of it yet."""

    order_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The venue has the order; `quantity` is how much of it was asked for, where the venue's book says so."""

    order_id: str
    venue_order_id: str
    at: Instant
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderUnknown:
    """The send brought no answer: the venue may have the order or not. It is being asked.

    `refused`: there was one, and it said no in words that are in no list. `needs_person`: words to be read by somebody
    before anything else is asked for.
    """

    order_id: str
    reason: str
    at: Instant
    refused: bool = False
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The venue will not have the order. `would_cross`: it was post-only and would have traded on arrival."""

    order_id: str
    reason: str
    at: Instant
    would_cross: bool = False


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The venue took the rest of the order out; what was filled before stays filled: `filled_quantity` in all, where
    the venue says so.
    """

    order_id: str
    reason: str
    at: Instant
    filled_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """The order's day is over at the venue. `filled_quantity` is what it filled in all, where the venue says so.

    `unsent`: it is not the venue that says so, but who did not send it. Where the venue has named it, another did.
    """

    order_id: str
    reason: str
    at: Instant
    filled_quantity: Decimal | None = None
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """The venue did not cancel: the order works on, or has ended otherwise, which is told by itself."""

    order_id: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class FillReceived:
    """The venue traded part or all of an order. `price` in currency."""

    order_id: str
    venue_fill_id: str
    quantity: Decimal
    price: Decimal
    at: Instant


@dataclass(frozen=True, slots=True)
class ReportBegun:
    """A report is being collected from now on: what changes meanwhile is not judged by it."""


@dataclass(frozen=True, slots=True)
class BrokerReported:
    """What the venue says of the account, to be compared with the books."""

    report: BrokerReport


BrokerEvent: TypeAlias = (
    OrderDispatched
    | OrderAccepted
    | OrderUnknown
    | OrderRejected
    | OrderCancelled
    | OrderExpired
    | CancelRefused
    | FillReceived
    | ReportBegun
    | BrokerReported
)
