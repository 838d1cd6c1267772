"""What the text of one environment variable means: a whole number, a word of some, a speed. Used by settings.py."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.domain.errors import InvalidValue

DEFAULT_SPEEDS = {"demo": 10.0, "replay": 1.0}
_PRACTICE = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}")


def whole(env: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    """A whole number; raises InvalidValue naming the variable."""
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise InvalidValue(name, f"{text!r} is not a whole number from {least} to {most}")
    return int(text)


def one_of(env: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    """One of the words known; raises InvalidValue naming the variable."""
    value = env.get(name) or default
    if value not in known:
        raise InvalidValue(name, f"unknown value {value!r}; there are {', '.join(known)}")
    return value


def in_cloud(env: Mapping[str, str]) -> bool:
    """Whether this is Cloud Run, by the variables that it sets."""
    return "K_SERVICE" in env or any(name.startswith("CLOUD_RUN_") for name in env)


def practice_venue(text: str, feed: str) -> str | None:
    """A practice venue on this machine, None for none. Raises InvalidValue."""
    if not text:
        return None
    if _PRACTICE.fullmatch(text) is None:
        raise InvalidValue("LOCKSTEP_VENUE", f"{text!r} is not a practice venue on this machine: http://127.0.0.1:port")
    if feed != "demo":
        raise InvalidValue("LOCKSTEP_VENUE", f"the practice venue trades the demo market, not {feed}")
    return text


def market_speed(text: str, feed: str) -> float:
    """Market seconds a wall second. Raises InvalidValue."""
    if not text:
        return DEFAULT_SPEEDS[feed]
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 100_000:
        raise InvalidValue("LOCKSTEP_SPEED", f"{text!r} is not a speed: 0 (as fast as it goes) to 100000")
    return speed
