"""What the text of one environment variable means: a whole number, a word of some, a speed. Used by settings.py, and
by bootstrap for the role.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.domain.errors import InvalidValue

ROLES = ("all", "api", "engine")
DEFAULT_SPEEDS = {"demo": 10.0, "replay": 1.0, "angelone": 1.0, "coinbase": 1.0}
REAL_TIME = ("angelone", "coinbase")  # markets whose clock is the world's
_PRACTICE = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}")


def role_of(env: Mapping[str, str]) -> str:
    """Which of the service's processes this one is: LOCKSTEP_ROLE. Asked before anything else is loaded."""
    return one_of(env, "LOCKSTEP_ROLE", "all", ROLES)


def address_of(env: Mapping[str, str]) -> tuple[str, int]:
    """Where gunicorn listens: PORT, on loopback at home; in Cloud Run a proxy stands in front."""
    host = "0.0.0.0" if in_cloud(env) else "127.0.0.1"  # noqa: S104 - see above
    return host, whole(env, "PORT", 1, 65_535, 8_000)


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


def state_folder(env: Mapping[str, str]) -> Path:
    """Where the service keeps what is its own on this machine: LOCKSTEP_STATE_DIR, else `lockstep` among the user's
    states (XDG Base Directory Specification), which survive a restart of the machine as a journal has to.

    Where nothing outlives the container, and where nobody has a home, in /tmp: whoever uses it looks whose it is.
    """
    if env.get("LOCKSTEP_STATE_DIR"):
        return Path(env["LOCKSTEP_STATE_DIR"])
    states, home = env.get("XDG_STATE_HOME", ""), env.get("HOME", "")
    if not in_cloud(env) and states.startswith("/"):  # the specification: a relative one is ignored
        return Path(states) / "lockstep"
    if not in_cloud(env) and home.startswith("/") and home != "/":  # a system's user without a home has the root
        return Path(home) / ".local" / "state" / "lockstep"
    return Path("/tmp/lockstep")  # noqa: S108 - see own_folder


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
    if feed in REAL_TIME and speed != 1:
        raise InvalidValue("LOCKSTEP_SPEED", f"{text!r}: the market {feed} goes at the world's speed, 1")
    if not 0 <= speed <= 100_000:
        raise InvalidValue("LOCKSTEP_SPEED", f"{text!r} is not a speed: 0 (as fast as it goes) to 100000")
    return speed


def vault_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that broker keys are sealed with, newest first: LOCKSTEP_VAULT_KEYS, or the file (a mounted secret) that
    LOCKSTEP_VAULT_KEYS_FILE names, a comma or a line between two. () where neither is set.

    Raises InvalidValue where both are, or a key of Google's KMS is named too. No message quotes a key.
    """
    names = ("LOCKSTEP_VAULT_KEYS", "LOCKSTEP_VAULT_KEYS_FILE", "LOCKSTEP_KMS_KEY")
    named = [name for name in names if env.get(name)]
    if len(named) > 1:
        raise InvalidValue(named[0], f"is set, and {' and '.join(named[1:])} too: name the vault's key in one of them")
    text, file = env.get(names[0], ""), env.get(names[1], "")
    if file:
        try:
            text = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue(names[1], f"{file} can't be read: {type(error).__name__}") from None
        if not text.strip():
            raise InvalidValue(names[1], f"{file} has no key")
    return tuple(key.strip() for key in re.split(r"[,\n]", text) if key.strip())
