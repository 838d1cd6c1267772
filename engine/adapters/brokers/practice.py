"""The practice venue: a small exchange in another process, over HTTP and JSON. For trying things without a broker.

Fed by runtime/dispatch and reconciliation. Market time and prices are those of the feed that the engine trades on
(`MarketView`): the venue itself has none. Nothing is ever sent twice: urllib3's retries are off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import urllib3

from engine.adapters.brokers.connection.broker_words import read_json
from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition, VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import (
    BrokerEvent,
    CancelRefused,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
)
from engine.domain.instant import Instant
from engine.domain.order import Side
from engine.ports import Sighting

ANSWERS_WITHIN_S = 5.0
POLL_S = 1.0  # how long the venue holds a poll that has nothing to tell
_REFUSED = (400, 409, 422)  # the venue has looked at it and will not have it

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MarketView:
    """The market that the account trades on: its time, and a symbol's last price in currency."""

    at: Callable[[], Instant]
    price: Callable[[str], Decimal]


class PracticeBroker:
    """Implements ports.Broker. Safe from several threads: each call is a request of its own."""

    def __init__(self, url: str, market: MarketView, *, within_s: float = ANSWERS_WITHIN_S) -> None:
        self._url = url.rstrip("/")
        self._market = market
        self._within_s = within_s
        self._pool = urllib3.PoolManager(retries=False, maxsize=4)

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue."""
        body = {
            "client_order_id": order.order_id,
            "symbol": order.symbol,
            "side": order.side.value,
            "quantity": str(order.quantity),
            "limit_price": None if order.limit_price is None else str(order.limit_price),
            "trigger_price": None if order.trigger_price is None else str(order.trigger_price),
            "post_only": order.post_only,
            "price": str(self._market.price(order.symbol)),
            "at": order.at,
        }
        status, answer = self._call("POST", "/orders", body)
        if status in _REFUSED:
            reason, crosses = str(answer.get("reason", status)), bool(answer.get("would_cross"))
            return (OrderRejected(order.order_id, reason, self._market.at(), would_cross=crosses),)
        self._expect(status)
        return (OrderAccepted(order.order_id, _text(answer, "venue_order_id"), self._market.at()),)

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue. Of somebody else's order nothing is told: the next report says whether it works."""
        named = f"venue_order_id={quote(order.venue_order_id or '')}&client_order_id={quote(order.order_id)}"
        status, answer = self._call("DELETE", f"/orders?{named}&expire={int(order.expire)}")
        if status in _REFUSED:
            return (CancelRefused(order.order_id, str(answer.get("reason", status)), self._market.at()),)
        self._expect(status)
        if not order.order_id or answer.get("state") != "cancelled":
            return ()
        kind = OrderExpired if order.expire else OrderCancelled
        with _reading():
            return (kind(order.order_id, order.reason, self._market.at(), Decimal(answer["filled_quantity"])),)

    def find(self, client_order_id: str) -> Sighting | None:
        """See ports.Venue."""
        status, answer = self._call("GET", f"/orders?client_order_id={quote(client_order_id)}")
        if status == 404:
            return None
        self._expect(status)
        with _reading():
            return _order(answer["order"]), tuple(_fill(fill) for fill in answer["fills"])

    def book_since(self) -> Instant:
        """See ports.Venue: it forgets none."""
        return 0

    def report(self) -> BrokerReport:
        """See ports.Venue."""
        status, answer = self._call("GET", "/report")
        self._expect(status)
        with _reading():
            return BrokerReport(
                tuple(_order(order) for order in answer["orders"]),
                tuple(_fill(fill) for fill in answer["fills"]),
                tuple(_position(position) for position in answer["positions"]),
                self._market.at(),
            )

    def listen(self, tell: Callable[[BrokerEvent], None], opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """See ports.Broker. A stream that begins anew counts as broken: nobody knows what it told meanwhile."""
        status, answer = self._call("GET", "/events")
        self._expect(status)
        run, after = _text(answer, "run"), answer["last"]
        opened()
        while not stop():
            status, answer = self._call("GET", f"/events?after={after}&wait_s={min(POLL_S, self._within_s / 2):g}")
            self._expect(status)
            if answer.get("run") != run:
                raise OutcomeUnknown("the practice venue's stream began anew")
            with _reading():
                for event in answer["events"]:
                    for told in self._told(event):
                        tell(told)
                after = answer["last"]

    def _told(self, event: Fields) -> Iterator[BrokerEvent]:
        identity, at = event["client_order_id"], self._market.at()
        if identity is None:
            return  # somebody else's
        match event["kind"]:
            case "accepted":
                yield OrderAccepted(identity, event["venue_order_id"], at)
            case "filled":
                quantity, price = Decimal(event["quantity"]), Decimal(event["price"])
                yield FillReceived(identity, event["venue_fill_id"], quantity, price, event["at"])
            case "cancelled":
                yield OrderCancelled(identity, event["reason"], at, Decimal(event["filled_quantity"]))
            case "expired":
                yield OrderExpired(identity, event["reason"], at, Decimal(event["filled_quantity"]))
            case unknown:
                raise OutcomeUnknown(f"the practice venue tells of {unknown!r}, which is not known here")

    def _call(self, method: str, path: str, body: Fields | None = None) -> tuple[int, dict[str, Any]]:
        """One request, one answer, at most 5 s. Raises OutcomeUnknown, or BackPressure where nothing was sent."""
        timeout = urllib3.Timeout(total=self._within_s)
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Connection": "close"}
        try:
            answer = self._pool.request(method, self._url + path, body=data, headers=headers, timeout=timeout)
            found = read_json(answer.data)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise BackPressure("the practice venue can't be reached") from error
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise OutcomeUnknown(f"the practice venue gave no answer: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise OutcomeUnknown("the practice venue's answer can't be read")
        return answer.status, found

    def _expect(self, status: int) -> None:
        if status != 200:
            raise OutcomeUnknown(f"the practice venue answered {status}")


class _reading:  # noqa: N801 - reads as a statement
    """An answer of another shape is no answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if isinstance(error, (KeyError, TypeError, ValueError, ArithmeticError)):
            raise OutcomeUnknown(f"the practice venue's answer can't be read: {type(error).__name__}") from error


def _text(answer: Fields, name: str) -> str:
    with _reading():
        return str(answer[name])
    raise AssertionError


def _order(fields: Fields) -> VenueOrder:
    return VenueOrder(
        fields["venue_order_id"], fields["client_order_id"], fields["symbol"], Side(fields["side"]),
        Decimal(fields["quantity"]), Decimal(fields["filled_quantity"]), VenueState(fields["state"]), fields["at"],
        fields["reason"],
    )  # fmt: skip


def _fill(fields: Fields) -> VenueFill:
    return VenueFill(
        fields["venue_fill_id"], fields["venue_order_id"], fields["client_order_id"], fields["symbol"],
        Side(fields["side"]), Decimal(fields["quantity"]), Decimal(fields["price"]), fields["at"],
    )  # fmt: skip


def _position(fields: Fields) -> VenuePosition:
    quantity, average_price = Decimal(fields["quantity"]), Decimal(fields["average_price"])
    return VenuePosition(fields["symbol"], quantity, average_price, bool(fields["overnight"]))
