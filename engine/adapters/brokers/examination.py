"""A broker's check as a list of small checks, made one after the other. Declared by each broker's doctor; feeds its
findings to command line and engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.domain.errors import InvalidValue, OperatingError, PermanentFailure
from engine.domain.findings import Finding, Grade, amber, red

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Examination(Generic[E]):
    """`before` are made whatever becomes of them; `after` only where the line named `gate` among them is green, else
    they are named and left out: there is no `way_in`.
    """

    before: tuple[tuple[str, Callable[[E], Iterator[Finding]]], ...]
    gate: str
    after: tuple[tuple[str, Callable[[E], Iterator[Finding]]], ...]
    way_in: str

    def __call__(self, examined: E) -> Iterator[Finding]:
        """Every line as it is found."""
        let_in = True
        for name, check in self.before:
            for finding in _made(name, check, examined):
                let_in = let_in and (name != self.gate or finding.grade is Grade.GREEN)
                yield finding
        if not let_in:
            left_out = ", ".join(name.replace("_", " ") for name, _ in self.after)
            says = f"not looked at, as there is no {self.way_in}: {left_out}"
            yield amber("not_checked", says, f"See the line of the {self.gate}, then check again.")
            return
        for name, check in self.after:
            yield from _made(name, check, examined)


def _made(name: str, check: Callable[[E], Iterator[Finding]], examined: E) -> Iterator[Finding]:
    """A check that the broker does not let finish is a line too."""
    try:
        yield from check(examined)
    except PermanentFailure as error:
        yield red(name, str(error), "Read what the broker says; look at its portal; check again.")
    except OperatingError as error:
        yield red(name, str(error), "Check again in a minute. If it stays, the broker or the way to it has trouble.")
    except InvalidValue as error:
        yield red(name, str(error), "Change what it names, then check again.")
