"""Whether a symbol's times are all told in one zone. Asked by tables and exact_csv; a file that mixes zones is refused.

Each time with an offset is clear by itself, but a file that goes from +05:30 to Z was put together from two recordings,
one of which was often converted wrongly: hours in which a bot would trade on prices of another time.
"""

from __future__ import annotations

import re

import numpy as np

_OFFSET = re.compile(r"(?:[Zz]|([+-])(\d\d):?(\d\d)?(?::?\d\d)?)$")
_FRACTION_MOST = 9  # digits of a second
_SUMMER_S = 3_600  # what a zone's own offset may change by within a file
_DATE = len("2021-04-28")


def offset_in(text: str) -> str:
    """The offset that an ISO 8601 time ends with, as written; empty where it has none."""
    found = _OFFSET.search(text, _DATE)
    return "" if found is None else found.group()


def count_of(offset: str, content: bytes) -> int:
    """How many times of a file's text end with this offset; too few where it can't be told at a glance.

    A lone Z is a letter of symbols too: it counts where the seconds of a time, or a fraction of them, end with it.
    """
    if offset.upper() != "Z":
        return content.count(offset.encode())
    text = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(text == ord(offset))
    ends = ends[ends > _FRACTION_MOST]
    ends = ends[(text[ends - 1] >= ord("0")) & (text[ends - 1] <= ord("9"))]
    whole = text[ends - 3] == ord(":")
    ends = ends[~whole]
    fractions = [text[ends - digits - 1] == ord(".") for digits in range(1, _FRACTION_MOST + 1)]
    return int(whole.sum() + np.any(fractions, axis=0).sum())


class OneZone:
    """The zone that each symbol's first time is in, for the others to be compared with."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def contradiction(self, symbol: str, text: str) -> str | None:
        """Why a time can't stand beside the symbol's first one; None where it can."""
        offset = offset_in(text)
        first = self._first.setdefault(symbol, offset)
        if offset == first:
            return None
        if not offset or not first:
            found, other = ("no offset", "has one") if first else (f"the offset {offset}", "has none")
            return f"times in mixed zones: {text!r} has {found}, the first time {other}; write all of them alike"
        if abs(_seconds(offset) - _seconds(first)) <= _SUMMER_S:
            return None
        found = f"{text!r} has the offset {offset}, the first time has {first}"
        return f"times in mixed zones: {found}; write all of them alike"


def _seconds(offset: str) -> int:
    found = _OFFSET.search(offset)
    if found is None or found.group(1) is None:
        return 0
    sign, hours, minutes = found.groups()
    return (1 if sign == "+" else -1) * (int(hours) * 3_600 + int(minutes or 0) * 60)
