"""A whole HTTP answer, and those that are no broker's own words. Fed by every route; feeds the server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. `json()` is its body where it is JSON."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as values; raises ValueError where it is none."""
        return json.loads(self.body)


def told(values: Any, status: int = 200) -> Answer:
    """JSON, HTTP 200 unless said otherwise, whatever it says."""
    return Answer(status, json.dumps(values).encode())


def plain(status: int, text: str) -> Answer:
    """Text, as rate limiters answer."""
    return Answer(status, text.encode(), "text/plain")


def page(status: int, title: str) -> Answer:
    """HTML, as what stands before an API answers when it is down."""
    return Answer(
        status, f"<html><head><title>{status} {title}</title></head><body></body></html>".encode(), "text/html"
    )


def nothing(status: int) -> Answer:
    """No body."""
    return Answer(status, b"", "text/plain")
