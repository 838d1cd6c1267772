"""What a test or a person may do to the broker: POST /control {"do": ..., ...}. Fed by the server; feeds the broker.

clock at= | advance seconds= | run speed= · price symbol= [exchange=] price= [quantity=] · fault route= kind= [times=
after= seconds= code= message= status= applied=] · forget_faults · terms step_s= fill_lot= market_orders=
fills_before_cancel= registered_ip= square_off= seen_ip= · end_sessions [state=] · limits on= · market_socket /
order_socket act= ... · look. Each answers with the whole report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.brokers.angelone.broker import Broker
from tests.brokers.angelone.faults import Fault
from tests.brokers.angelone.limits import Limits
from tests.brokers.angelone.market_socket import unauthorized

Asked = Mapping[str, Any]
UNAUTHORIZED = {"Auth token", "Client Code", "API Key", "Feed Token"}


def control(broker: Broker, asked: Asked) -> dict[str, Any]:
    """Do it; raises KeyError, TypeError or ValueError where the words are wrong."""
    with broker.lock:
        SWITCHES[asked["do"]](broker, {name: value for name, value in asked.items() if name != "do"})
        broker.pulse()
        return broker.report()


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


def _terms(broker: Broker, asked: Asked) -> None:
    for name, value in asked.items():
        if not hasattr(broker.terms, name):
            raise ValueError(f"there is no term {name}")
        setattr(broker.terms, name, value)


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
        _wires(act, asked, [feed.wire for feed in here.feeds])


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
        _wires(act, asked, [listener.wire for listener in here.listeners])


def _wires(act: str, asked: Asked, wires: list[Any]) -> None:
    acts: dict[str, Callable[[Any], None]] = {
        "stall": lambda wire: wire.stall(on=True),
        "resume": lambda wire: wire.stall(on=False),
        "close": lambda wire: wire.close(int(asked.get("code", 1000))),
        "abort": lambda wire: wire.abort(),
    }
    for wire in wires:
        acts[act](wire)


SWITCHES: dict[str, Callable[[Broker, Asked], None]] = {
    "clock": lambda broker, asked: broker.clock.jump(datetime.fromisoformat(asked["at"])),
    "advance": lambda broker, asked: broker.clock.jump(broker.clock.now() + timedelta(seconds=asked["seconds"])),
    "run": lambda broker, asked: broker.clock.run(float(asked["speed"])),
    "price": _price,
    "fault": lambda broker, asked: broker.faults.add(Fault(**asked)),
    "forget_faults": lambda broker, asked: broker.faults.waiting.clear(),
    "terms": _terms,
    "end_sessions": _sessions,
    "limits": _limits,
    "market_socket": _market_socket,
    "order_socket": _order_socket,
    "look": lambda broker, asked: None,
}
