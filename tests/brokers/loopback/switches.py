"""What may be done to any loopback broker: POST /control {"do": ..., ...}. Fed by the server; feeds the broker.

clock at= | advance seconds= | run speed= · fault route= kind= [times= after= seconds= code= message= status= applied=
hidden_s= late_s=] · forget_faults · look. Each broker adds its own. Each answers with the whole report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.brokers.loopback.faults import Fault
from tests.brokers.loopback.server import Served, ServedT
from tests.brokers.loopback.wire import Wire

Asked = Mapping[str, Any]


def turned(broker: ServedT, switches: Mapping[str, Callable[[ServedT, Asked], None]], asked: Asked) -> dict[str, Any]:
    """Turn the switch that `asked` names, let the time that passed do its work, and report."""
    with broker.lock:
        switches[asked["do"]](broker, {name: value for name, value in asked.items() if name != "do"})
        broker.pulse()
        return broker.report()


def act_on_wires(asked: Asked, wires: Iterable[Wire]) -> None:
    """`act`: stall, resume, close (code=), abort."""
    acts: dict[str, Callable[[Wire], None]] = {
        "stall": lambda wire: wire.stall(on=True),
        "resume": lambda wire: wire.stall(on=False),
        "close": lambda wire: wire.close(int(asked.get("code", 1000))),
        "abort": lambda wire: wire.abort(),
    }
    for wire in wires:
        acts[asked["act"]](wire)


def set_terms(terms: object, asked: Asked) -> None:
    """Those fields of them; raises ValueError for one that there is not."""
    for name, value in asked.items():
        if not hasattr(terms, name):
            raise ValueError(f"there is no term {name}")
        setattr(terms, name, value)


ANY_BROKER: dict[str, Callable[[Served, Asked], None]] = {
    "clock": lambda broker, asked: broker.clock.jump(datetime.fromisoformat(asked["at"])),
    "advance": lambda broker, asked: broker.clock.jump(broker.clock.now() + timedelta(seconds=asked["seconds"])),
    "run": lambda broker, asked: broker.clock.run(float(asked["speed"])),
    "fault": lambda broker, asked: broker.faults.add(Fault(**asked)),
    "forget_faults": lambda broker, asked: broker.faults.waiting.clear(),
    "look": lambda broker, asked: None,
}
