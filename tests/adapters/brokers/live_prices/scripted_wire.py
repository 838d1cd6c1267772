"""An open WebSocket that says what a test wrote down, by a clock that only moves when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.domain.errors import OperatingError
from engine.simulation.clock import ManualClock

Step = str | bytes | OperatingError | None


@dataclass
class ScriptedWire:
    """Gives out `steps`, one a wait, then nothing; what was sent to it is kept."""

    clock: ManualClock
    steps: list[Step]
    sent: list[str] = field(default_factory=list)
    closed: bool = False
    answers_pings: bool = False

    def arrived(self) -> list[str | bytes]:
        if not self.steps:
            self.clock.advance(0.5)
            if self.answers_pings and self.sent[-1] == "ping":
                self.sent.append("answered")
                return ["pong"]
            return []
        step = self.steps.pop(0)
        if isinstance(step, OperatingError):
            raise step
        self.clock.advance(0.1)
        return [] if step is None else [step]

    def fileno(self) -> int:
        return 0

    def send(self, text: str) -> None:
        self.sent.append(text)

    def ping(self) -> None:
        self.sent.append("ping")

    def close(self) -> None:
        self.closed = True
