"""Where alerts go: a channel's name, its address, from which severity on, and its quiet hours. Read from a setting.

An address holds secrets (a token, a password): it stands in no error, no log and no `repr`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.domain.alert_kinds import CRITICAL, SEVERITIES, WARNING, reaches
from engine.domain.errors import InvalidValue

_KEYS = ("name", "url", "from", "quiet", "zone")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DEFAULT_ZONE = "Asia/Kolkata"  # the venue's


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end`, by the clocks of `zone`; over midnight where `start` is the later one."""

    start: time
    end: time
    zone: ZoneInfo

    def over_at(self, now: datetime) -> datetime | None:
        """When the quiet that `now` (aware) lies in is over; None where it lies in none."""
        here = now.astimezone(self.zone)
        clock = here.time().replace(tzinfo=None)
        if self.start < self.end:
            inside, last_day = self.start <= clock < self.end, here.date()
        else:
            inside = clock >= self.start or clock < self.end
            last_day = here.date() + timedelta(days=1 if clock >= self.start else 0)
        return datetime.combine(last_day, self.end, self.zone) if inside else None


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to a person. `url` is one of apprise's; `least` the severity from which on alerts take this way."""

    name: str
    url: str = field(repr=False)
    least: str = WARNING
    quiet: QuietHours | None = None

    def takes(self, severity: str) -> bool:
        """Whether alerts of a severity go this way at all."""
        return reaches(severity, self.least)

    def waits_until(self, severity: str, now: datetime) -> datetime | None:
        """Until when an alert waits for the quiet hours to end; None where it leaves now. Critical ones never wait."""
        return None if severity == CRITICAL or self.quiet is None else self.quiet.over_at(now)


def channels_of(text: str, setting: str) -> tuple[Channel, ...]:
    """The channels that a JSON list names: each an address, or an object of name, url, from, quiet and zone.

    Raises InvalidValue, naming the setting and which channel is wrong in what, and never an address.
    """
    try:
        listed = json.loads(text) if text.strip() else []
    except json.JSONDecodeError as error:
        raise InvalidValue(setting, f"is no JSON (line {error.lineno}, column {error.colno})") from None
    if not isinstance(listed, list):
        raise InvalidValue(setting, "must be a JSON list of channels")
    channels = tuple(_channel(item, number, setting) for number, item in enumerate(listed, start=1))
    names = [channel.name for channel in channels]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue(setting, f"names two channels {name!r}")
    return channels


def _channel(item: Any, number: int, setting: str) -> Channel:
    where = f"{setting}[{number}]"
    given: Any = {"url": item} if isinstance(item, str) else item
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise InvalidValue(where, "must be an address, or an object of texts: " + ", ".join(_KEYS))
    unknown = sorted(set(given) - set(_KEYS))
    if unknown:
        raise InvalidValue(where, f"has no {unknown[0]!r}; there are {', '.join(_KEYS)}")
    url = given.get("url", "")
    scheme, found, _ = url.partition("://")
    if not found or not scheme.isalnum():
        raise InvalidValue(where, "its url must begin with a service, such as slack://")
    name = given.get("name", f"{scheme.lower()[:24]}-{number}")
    if _NAME.fullmatch(name) is None:
        raise InvalidValue(where, "its name must be 1 to 32 of a-z, 0-9, - and _")
    least = given.get("from", WARNING)
    if least not in SEVERITIES:
        raise InvalidValue(where, f"its from must be one of {', '.join(SEVERITIES)}")
    return Channel(name, url, least, _quiet(given, where))


def _quiet(given: Mapping[str, Any], where: str) -> QuietHours | None:
    if "quiet" not in given:
        if "zone" in given:
            raise InvalidValue(where, "has a zone and no quiet hours")
        return None
    span = _SPAN.fullmatch(given["quiet"])
    if span is None:
        raise InvalidValue(where, "its quiet must be HH:MM-HH:MM, such as 22:00-07:00")
    start, end = time(int(span[1]), int(span[2])), time(int(span[3]), int(span[4]))
    if start == end:
        raise InvalidValue(where, "its quiet hours end when they begin")
    try:
        zone = ZoneInfo(given.get("zone", _DEFAULT_ZONE))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidValue(where, f"its zone is not known: {type(error).__name__}") from None
    return QuietHours(start, end, zone)
