"""An order socket with the looks at the books beside it. What each broker's order stream is made on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from engine.adapters.brokers.bookkeeping.looks import Looks, Tell
from engine.domain.errors import OperatingError

NAP_S = 0.2


class Line(Protocol):
    """An open WebSocket: socket_line.SocketLine. `last_heard` is when any frame came, by monotonic time."""

    @property
    def last_heard(self) -> float: ...

    def receive(self, timeout_s: float) -> str | bytes | None:
        """The next message, None where none came in time. Raises OutcomeUnknown when the connection has ended."""

    def send(self, text: str) -> None: ...

    def ping_frame(self) -> None:
        """Ask for a sign of life."""

    def close(self) -> None:
        """Harmless twice."""


class LookingStream(ABC):
    """Used by one thread; `connected_since` may be read by others."""

    def __init__(self, looks: Looks[Any, Any]) -> None:
        self._looks = looks
        self.connected_since: float | None = None

    @property
    def looks_for_anything(self) -> bool:
        """Whether an order of ours may trade, or lacks fills."""
        return self._looks.for_anything

    def listen(self, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """See ports.Broker. A try that comes to nothing, or soon to its end, looks at the books, so that without the
        socket fills are told all the same, as often as it is tried.
        """
        try:
            self._converse(tell, opened, stop)
        except OperatingError:
            self._looks.take(tell)
            raise

    def look_soon(self) -> None:
        """Somebody else has looked, and may have seen what was not told yet. Any thread."""
        self._looks.soon()

    def take(self, message: str | bytes | None, tell: Tell) -> None:
        """Tell what is new by a message, if there is one, and by the books, if it is time to look at them."""
        if message is not None:
            self._hear(message, tell)
        self._looks.take(tell)

    @abstractmethod
    def _converse(self, tell: Tell, opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """Open the socket and serve it to its end."""

    @abstractmethod
    def _hear(self, message: str | bytes, tell: Tell) -> None:
        """Tell what is new by a message."""
