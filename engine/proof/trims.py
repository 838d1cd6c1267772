"""What is left out of a schedule so that its story gets shorter. Made by shrink.py and from the words of the command
line; obeyed by occasions.py and world.py.

What is left out is drawn all the same and then ignored, so that the rest of the history stays near what it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Trims:
    """`without` faults of these names at all; `muted`: the n-th of one, by (fault, n); `calm_after` so many seconds of
    the world nothing goes wrong any more; `no_successors`: no other engine comes; `one_bot` and `one_symbol` alone.
    """

    without: frozenset[str] = frozenset()
    muted: frozenset[tuple[str, int]] = frozenset()
    calm_after: float | None = None
    no_successors: bool = False
    one_bot: bool = False
    one_symbol: bool = False

    def words(self) -> str:
        """As `--without` takes them; empty for none."""
        said = sorted(self.without) + [f"{fault}#{number}" for fault, number in sorted(self.muted)]
        said += ["successors"] * self.no_successors + ["bots"] * self.one_bot + ["symbols"] * self.one_symbol
        if self.calm_after is not None:
            said.append(f"after:{self.calm_after:g}")
        return ",".join(said)


WHOLE = Trims()


def trims_of(words: str, faults: Iterable[str]) -> Trims:
    """`Trims.words` read again. Raises InvalidValue for a word that names nothing."""
    known, without, muted = set(faults), set(), set()
    flags: dict[str, bool] = {}
    calm_after: float | None = None
    for word in filter(None, words.split(",")):
        fault, _, number = word.partition("#")
        if word in ("successors", "bots", "symbols"):
            flags[{"successors": "no_successors", "bots": "one_bot", "symbols": "one_symbol"}[word]] = True
        elif word.startswith("after:") and word[6:].replace(".", "", 1).isdigit():
            calm_after = float(word[6:])
        elif fault in known and number.isdigit():
            muted.add((fault, int(number)))
        elif word in known:
            without.add(word)
        else:
            raise InvalidValue("--without", f"{word!r} is no fault; there are {', '.join(sorted(known))}")
    return Trims(frozenset(without), frozenset(muted), calm_after, **flags)
