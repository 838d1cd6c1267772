"""What one check of the risk gate found and allows. Made by core/risk/checks; shown by orders, refusals and previews.

Twenty-five are made for every entry, and hardly one is read: what was found becomes text when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

Shown: TypeAlias = Decimal | int | str | Callable[[], str]

_DECIMALS = 8


class CheckResult:
    """`detail` is a sentence with what was found and what is allowed, where it refuses. Never changed once made."""

    __slots__ = ("_allowed", "_found", "check", "detail", "ok")

    def __init__(self, check: str, ok: bool, found: Shown, allowed: Shown, detail: str = "") -> None:
        self.check, self.ok, self.detail = check, ok, detail
        self._found, self._allowed = found, allowed

    @property
    def found(self) -> str:
        """What was found, as text."""
        return shown(self._found)

    @property
    def allowed(self) -> str:
        """What is allowed, as text."""
        return shown(self._allowed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckResult) and self._told() == other._told()

    __hash__ = None  # type: ignore[assignment]

    def _told(self) -> tuple[str, bool, str, str, str]:
        return self.check, self.ok, self.found, self.allowed, self.detail

    def __repr__(self) -> str:
        return f"CheckResult{self._told()}"


def shown(value: Shown) -> str:
    """A number as text, to eight decimals; a text as it is, or as it is made now."""
    if not isinstance(value, Decimal):
        return value() if callable(value) else str(value)
    text = f"{value:f}"
    whole, dot, decimals = text.partition(".")
    if not dot:
        return text
    if len(decimals) > _DECIMALS:
        whole, _, decimals = f"{value:.{_DECIMALS}f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
