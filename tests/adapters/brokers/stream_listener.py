"""A broker's order stream on a thread, with what it told kept. Feeds each broker's test_order_stream."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent

WITHIN_S = 60.0


class Listener:
    """The venue's stream on a thread; the test moves the clock. `told` is what it told, `error` what ended it."""

    def __init__(self, desk: Any) -> None:
        self.desk, self.told, self.opened = desk, list[BrokerEvent](), threading.Event()
        self.error: OperatingError | None = None
        self._stop, self._changed = threading.Event(), threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.desk.venue.listen(self._tell, self.opened.set, self._stop.is_set)
        except OperatingError as error:
            self.error = error
        with self._changed:
            self._changed.notify_all()

    def _tell(self, event: BrokerEvent) -> None:
        with self._changed:
            self.told.append(event)
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool], *, passing_s: float = 0.0) -> None:
        """Wait for something, while time passes in steps of so many seconds."""
        with self._changed:
            for _ in range(int(WITHIN_S / 0.05)):
                if condition():
                    return
                self.desk.pass_s(passing_s)
                self._changed.wait(0.05)
        raise AssertionError(f"not within {WITHIN_S:g} s: {self.told}, {self.error}")

    def kinds(self, kind: type) -> list[Any]:
        return [event for event in self.told if type(event) is kind]

    def end(self) -> None:
        self._stop.set()
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()
