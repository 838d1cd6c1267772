"""What a person may say to `make run`, read from the environment once. Feeds local/run and local/service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import StackError

ANGELONE, COINBASE = "angelone", "coinbase"
FEEDS = ("demo", "replay", ANGELONE, COINBASE)


@dataclass(frozen=True)
class Options:
    """Of the dashboard the port, of the market its data and bots, where orders go; "" is the service's own default."""

    port: int = 8000
    feed: str = "demo"
    data: str = ""
    speed: str = ""
    bots: str = ""
    reset: bool = False
    strategies: str = ""
    venue: str = ""

    @classmethod
    def read(cls, env: Mapping[str, str]) -> "Options":
        """Read the words of `make run`. Raises StackError, naming the word that is wrong."""
        feed = env.get("FEED") or "demo"
        if feed not in FEEDS:
            raise StackError(f"FEED={feed} is not a market. Choose one of: {', '.join(FEEDS)}")
        data = _existing("DATA", env.get("DATA", ""))
        if feed == "replay" and not data:
            raise StackError("FEED=replay needs the data to replay: FEED=replay DATA=file-or-folder make run")
        bots = _existing("BOTS", env.get("BOTS", ""))
        venue = _venue(env.get("VENUE", ""), feed)
        if (feed == ANGELONE or venue) and not bots:
            raise StackError(f"FEED={feed} needs the bots that trade there: FEED={feed} BOTS=file make run")
        return cls(
            port=_port(env.get("PORT") or "8000"),
            feed=feed,
            data=data,
            speed=_speed(env.get("SPEED", "")),
            bots=bots,
            reset=_reset(env.get("RESET", "")),
            strategies=_existing("STRATEGIES_DIR", env.get("STRATEGIES_DIR", "")),
            venue=venue,
        )


def _venue(text: str, feed: str) -> str:
    """Where orders go: to nobody outside, or to the broker that the prices come from."""
    if text and (text != feed or text not in (ANGELONE, COINBASE)):
        live = " or ".join(f"FEED={broker} VENUE={broker}" for broker in (ANGELONE, COINBASE))
        raise StackError(f"VENUE={text} is not understood. A live account is: {live}")
    return text


def _reset(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise StackError(f"RESET={text} is not understood. RESET=1 deletes the books and begins anew")
    return text == "1"


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise StackError(f"PORT={text} is not a port. Give a whole number from 1 to 65535: PORT=8001 make run")


def _speed(text: str) -> str:
    """A factor of market time to wall time, as the person wrote it."""
    if not text:
        return ""
    try:
        good = 0 < float(text) < float("inf")
    except ValueError:
        good = False
    if not good:
        raise StackError(f"SPEED={text} is not a speed. Give how many times faster than the market: SPEED=60")
    return text


def _existing(word: str, text: str) -> str:
    """The absolute path of a file or folder that exists, empty for an empty text."""
    if not text:
        return ""
    path = Path(text).expanduser().resolve()
    if not path.exists():
        raise StackError(f"{word}={text} does not exist")
    return str(path)
