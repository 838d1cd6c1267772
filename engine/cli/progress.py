"""Progress on stderr for whatever takes more than two seconds. Used by the subcommands."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from time import monotonic

QUIET_S = 2.0
STEP_S = 0.5
BAR = 24  # characters


class Progress:
    """A bar that renews itself on a terminal, and a line every few seconds elsewhere."""

    def __init__(self, what: str) -> None:
        self._terminal = sys.stderr.isatty()
        self._shown = False
        self._width = 0
        self.begin(what)

    def begin(self, what: str) -> None:
        """Another piece of work begins."""
        self._what = what
        self._started = self._last = monotonic()

    def advance(self, done: int, total: int, note: str = "") -> None:
        """So much of it is done; `note` is what is worth knowing of it so far."""
        now = monotonic()
        step = STEP_S if self._terminal else 5.0
        if now - self._started < QUIET_S or now - self._last < step:
            return
        self._last = now
        share = done / total if total else 1.0
        left = (now - self._started) * (1 - share) / share if share > 0 else 0.0
        told = f"{share * 100:.0f} %, about {left:.0f} s left{note and f'; {note}'}"
        if self._terminal:
            filled = round(share * BAR)
            text = f"{self._what}: [{'#' * filled}{'.' * (BAR - filled)}] {told}"[: get_terminal_size().columns - 1]
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)  # spaces over a longer line's rest
            self._width = len(text)
        else:
            print(f"{self._what}: {told}", file=sys.stderr, flush=True)
        self._shown = True

    def end(self) -> None:
        """The work is over."""
        if self._shown and self._terminal:
            print(file=sys.stderr)
