"""The check before the open on the loopback broker, its parts changed as a test says. Used by test_doctor*.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.session_hours import SessionHours
from engine.adapters.brokers.angelone.doctor.doctor import examine
from engine.adapters.brokers.angelone.doctor.examined import Examined, examined_with
from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker, Reach
from engine.adapters.brokers.angelone.orders.order_stream import order_lines
from engine.domain.instant import instant_of
from engine.market_data.calendar import calendar_for
from tests.adapters.brokers.angelone.master_rows import instruments_of
from tests.adapters.brokers.check_report import Report, report
from tests.brokers.angelone.in_process import InProcessAngelOne


class Answers:
    """Reads of what is examined, some of them answered as a test says, by route; `skew_s` is the broker's clock's."""

    def __init__(self, examined: Examined, *, skew_s: float = 0.0, **said: Any) -> None:
        self._reads, self._skew_s, self._said = examined.reads, skew_s, said

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any:
        return self._said[route.value] if route.value in self._said else self._reads.read(route, body, path=path)

    def skew_s(self) -> float:
        return self._skew_s


@contextmanager
def examined_at(
    angel: InProcessAngelOne, folder: Path, *, hours: SessionHours | None = None, **keys: str
) -> Iterator[Examined]:
    """What is examined of the loopback's client; `keys` are credentials that differ."""
    access, credentials = angel.access(hours=hours, **keys), angel.credentials(**keys)
    instruments, calendar = instruments_of(folder), calendar_for("NSE", live=True)
    lines = order_lines(access.endpoints, credentials, angel.clock)
    reach = Reach(access.calls, access.session, lines, instruments, angel.clock, calendar)
    broker = AngelOneBroker(reach, lambda: instant_of(angel.clock.now()))
    try:
        yield examined_with(access, credentials, instruments, calendar, broker.report)
    finally:
        access.close()


def report_of(examined: Examined, **changes: Any) -> Report:
    """Make the check."""
    return report(examine(replace(examined, **changes)))
