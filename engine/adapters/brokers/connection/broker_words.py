"""What a broker says in words, fit to be passed on. Fed by each broker's calls; feeds errors, logs and screens."""

from __future__ import annotations

from collections.abc import Iterable

MESSAGE_MAX = 300  # letters of the broker's words that are passed on
HIDDEN = "[hidden]"


def fit_to_show(message: str, secrets: Iterable[str]) -> str:
    """In one line, not too long, and without what it may quote of ours."""
    for secret in secrets:
        message = message.replace(secret, HIDDEN) if secret else message
    return " ".join(message.split())[:MESSAGE_MAX]
