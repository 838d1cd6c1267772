"""Progress of a proof for the person who waits, past pytest's capture. Used by the proofs that take minutes."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


def aloud(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says lines on stderr at once."""

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    return say
