"""What a broker says in words, fit to be passed on. Fed by each broker's calls and streams; feeds errors, logs and
screens, and with an order's reason the journal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

MESSAGE_MAX = 300  # letters of the broker's words that are passed on
HIDDEN = "[hidden]"
# Half of a pair of code units, written out or as a byte that begins one: left where a text was cut between the two.
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_HALF_IN_BYTES = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")


def fit_to_show(message: str, secrets: Iterable[str]) -> str:
    """In one line, not too long, and without what it may quote of ours."""
    for secret in secrets:
        message = message.replace(secret, HIDDEN) if secret else message
    return " ".join(message.split())[:MESSAGE_MAX]


def read_json(said: str | bytes, **how: Any) -> Any:
    """A broker's JSON as json.loads reads it, a question mark in the place of what no text can hold: the journal could
    not write that down, and an engine that can't write down why an order was rejected ends, at each start anew.

    Raises ValueError and RecursionError as that does.
    """
    found = json.loads(said, **how)
    half = _HALF.search(said) if isinstance(said, str) else _HALF_IN_BYTES.search(said)
    return found if half is None else _mended(found)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_mended(name): _mended(part) for name, part in value.items()}
    return [_mended(part) for part in value] if isinstance(value, list) else value
