"""A program's word to the launcher that what it was given is good, and that it begins: a byte into an inherited pipe.

Said by the engine's process when it has its market, its journal and the ways that alerts take; heard by launcher, which
starts nothing else before. So what is wrong with them is told once, by the one who reads them.
"""

from __future__ import annotations

import os
import select

_WORD = b"."


class Word:
    """The launcher's end: a pipe of which one program gets `fd`."""

    def __init__(self) -> None:
        self._ear, self.fd = os.pipe()

    def given_away(self) -> None:
        """The program has its own copy of `fd` now: ours would keep the pipe open when it ends."""
        os.close(self.fd)

    def heard(self, within_s: float) -> bool | None:
        """True: it has begun. False: it ended first, or is about to. None: nothing was said in time."""
        if not select.select([self._ear], [], [], within_s)[0]:
            return None
        return os.read(self._ear, 1) == _WORD

    def close(self) -> None:
        """Listen no more."""
        os.close(self._ear)


class Saying:
    """The program's end. `fd` None: nobody listens."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def __call__(self) -> None:
        """Say it, the first time that this is called."""
        fd, self._fd = self._fd, None
        if fd is None:
            return
        try:
            os.write(fd, _WORD)
        except BrokenPipeError:
            pass  # the launcher was killed: Linux tells this process to end
        finally:
            os.close(fd)
