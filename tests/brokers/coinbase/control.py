"""What a test or a person may do to the broker beside what any loopback broker lets them. Fed by the server.

price product= price= [size= side= bid= ask=] · product product= [trading_disabled= limit_only= ...] ·
delist product= [back=] · terms NAME= ... ·
balance currency= available= · end order= status= [reason=] · limits on= · market_socket / user_socket act= ...
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tests.brokers.coinbase.broker import Broker
from tests.brokers.coinbase.limits import Limits
from tests.brokers.coinbase.market import SELL
from tests.brokers.coinbase.sockets import Socket
from tests.brokers.loopback.switches import ANY_BROKER, Asked, act_on_wires, set_terms, turned

MISHAPS = {"gap", "drop", "lose", "double", "unknown", "stale"}


def control(broker: Broker, asked: Asked) -> dict[str, object]:
    """Do it; raises KeyError, TypeError or ValueError where the words are wrong."""
    return turned(broker, SWITCHES, asked)


def _price(broker: Broker, asked: Asked) -> None:
    bid, ask = (Decimal(str(asked[name])) if name in asked else None for name in ("bid", "ask"))
    price, size = Decimal(str(asked["price"])), Decimal(str(asked.get("size", "0.01")))
    broker.trade(asked["product"], price, size, side=asked.get("side", SELL), bid=bid, ask=ask)


def _product(broker: Broker, asked: Asked) -> None:
    flags = broker.market.quotes[asked["product"]].flags
    for name, value in asked.items():
        if name != "product":
            _ = flags[name]
            flags[name] = bool(value)
    broker.status_changed()


def _balance(broker: Broker, asked: Asked) -> None:
    broker.desk.account.of(asked["currency"]).available = Decimal(str(asked["available"]))


def _end(broker: Broker, asked: Asked) -> None:
    """`order` is the broker's id or the client's."""
    order = broker.desk.orders.get(asked["order"]) or broker.desk.by_client_id(asked["order"])
    if order is None:
        raise ValueError(f"there is no order {asked['order']}")
    broker.desk.end(order, asked["status"], asked.get("reason", ""))


def _limits(broker: Broker, asked: Asked) -> None:
    broker.limits = Limits() if asked["on"] else None


def _socket(here: Socket, asked: Asked) -> None:
    """`act`: silent, speak, mute, unmute (what=), gap, drop, lose, double, unknown, stale (times=,
    channel=), error (message=), refuse (status=, times=), stall, resume, abort, close (code=), client_id (on=).
    """
    act, times = asked["act"], int(asked.get("times", 1))
    if act in {"silent", "speak"}:
        here.silent = act == "silent"
    elif act == "mute":
        here.muted.add(asked["what"])
    elif act == "unmute":
        here.muted.discard(asked["what"])
    elif act in MISHAPS:
        setattr(here.script, act, times)
        here.script.channel = asked.get("channel", "")
    elif act == "error":
        for line in here.lines:
            here.error(line, asked.get("message", "as asked"))
    elif act == "client_id":
        here.with_client_id = bool(asked["on"])
    elif act == "refuse":
        here.refusing += [(int(asked["status"]), {})] * times
    else:
        act_on_wires(asked, [line.wire for line in here.lines])


SWITCHES: dict[str, Callable[[Broker, Asked], None]] = {
    **ANY_BROKER,
    "price": _price,
    "product": _product,
    "delist": lambda broker, asked: broker.market.delist(asked["product"], back=bool(asked.get("back"))),
    "terms": lambda broker, asked: set_terms(broker.terms, asked),
    "balance": _balance,
    "end": _end,
    "limits": _limits,
    "market_socket": lambda broker, asked: _socket(broker.market_socket, asked),
    "user_socket": lambda broker, asked: _socket(broker.user_socket, asked),
}
