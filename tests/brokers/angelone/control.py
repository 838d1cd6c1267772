"""What a test or a person may do to the broker beside what any loopback broker lets them. Fed by the server.

price symbol= [exchange=] price= [quantity=] · terms step_s= fill_lot= market_orders= fills_before_cancel=
registered_ip= square_off= seen_ip= · end_sessions [state=] · limits on= · market_socket / order_socket act= ...
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.brokers.angelone.broker import Broker
from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.market_socket import unauthorized
from tests.brokers.loopback.switches import ANY_BROKER, Asked, act_on_wires, set_terms, turned

UNAUTHORIZED = {"Auth token", "Client Code", "API Key", "Feed Token"}


def control(broker: Broker, asked: Asked) -> dict[str, Any]:
    """Do it; raises KeyError, TypeError or ValueError where the words are wrong."""
    return turned(broker, SWITCHES, asked)


def _price(broker: Broker, asked: Asked) -> None:
    exchange = asked.get("exchange", "NSE")
    found = [
        quote.listing
        for quote in broker.market.quotes.values()
        if quote.listing.exchange == exchange and quote.listing.symbol == asked["symbol"]
    ]
    if not found:
        raise ValueError(f"{asked['symbol']} is not listed on {exchange}")
    paise = int(Decimal(str(asked["price"])) * 100)
    broker.trade(exchange, found[0].token, paise, int(asked.get("quantity", 1)))


def _sessions(broker: Broker, asked: Asked) -> None:
    broker.sessions.end_all(asked.get("state", "replaced"))


def _limits(broker: Broker, asked: Asked) -> None:
    broker.limits = Limits() if asked["on"] else None


def _market_socket(broker: Broker, asked: Asked) -> None:
    """`act`: silent, speak, mute, unmute (tokens=), short_frames, backward (times=), error, stall, resume, abort,
    close (code=), refuse (reason= of a 401, or status=; times=).
    """
    here, act, times = broker.market_socket, asked["act"], int(asked.get("times", 1))
    if act in {"silent", "speak"}:
        here.silent = act == "silent"
    elif act == "mute":
        here.muted |= set(asked["tokens"])
    elif act == "unmute":
        here.muted -= set(asked["tokens"])
    elif act == "short_frames":
        here.short_frames = times
    elif act == "backward":
        here.backward = times
    elif act == "error":
        for feed in here.feeds:
            here.error(feed, asked.get("correlation", ""), asked.get("code", "E1002"), asked.get("message", "as asked"))
    elif act == "refuse":
        told = unauthorized(asked["reason"]) if asked.get("reason") in UNAUTHORIZED else (int(asked["status"]), {})
        here.refusing += [told] * times
    else:
        act_on_wires(asked, [feed.wire for feed in here.feeds])


def _order_socket(broker: Broker, asked: Asked) -> None:
    """`act`: silent, speak, hide, double (times=), stall, resume, close, abort, refuse (status=, times=)."""
    here, act, times = broker.order_socket, asked["act"], int(asked.get("times", 1))
    if act in {"silent", "speak"}:
        here.silent = act == "silent"
    elif act == "hide":
        here.hidden = times
    elif act == "double":
        here.doubled = times
    elif act == "refuse":
        here.refusing += [(int(asked["status"]), {})] * times
    else:
        act_on_wires(asked, [listener.wire for listener in here.listeners])


SWITCHES: dict[str, Callable[[Broker, Asked], None]] = {
    **ANY_BROKER,
    "price": _price,
    "terms": lambda broker, asked: set_terms(broker.terms, asked),
    "end_sessions": _sessions,
    "limits": _limits,
    "market_socket": _market_socket,
    "order_socket": _order_socket,
}
