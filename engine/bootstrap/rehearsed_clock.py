"""The time of a loopback broker, whose day is any day. Asked where a market is opened for a rehearsal."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from engine.adapters.brokers.connection.wire import Answer, Request, Wire
from engine.domain.errors import BackPressure
from engine.ports import Clock

SECOND_PASSES_S = 1.5


def told_ahead(url: str, ca_file: Path | None, clock: Clock) -> timedelta:
    """How far the broker's clock is ahead of this one, by the Date of its answers at an address.

    A Date has whole seconds, so it is asked until the next one begins. Raises BackPressure where it does not answer.
    """
    wire = Wire(ca_file, clock)
    try:
        first = _date_of(wire, url)
        until = clock.monotonic() + SECOND_PASSES_S
        while (told := _date_of(wire, url)) == first and clock.monotonic() < until:
            clock.wait(0.03)
        return told - clock.now()
    finally:
        wire.close()


def _date_of(wire: Wire, url: str) -> datetime:
    answer = wire.carry(Request("GET", url, headers={}))
    if not isinstance(answer, Answer) or not answer.date:
        why = "it tells no time" if isinstance(answer, Answer) else answer.why
        raise BackPressure(f"the broker to rehearse at, {urlsplit(url).netloc}, does not answer: {why}")
    return parsedate_to_datetime(answer.date)
