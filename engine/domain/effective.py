"""What an account's orders are for, right now. Decided by runtime/mode; told to the core; stamped into each order."""

from __future__ import annotations

from enum import StrEnum


class EffectiveMode(StrEnum):
    """A paper account is `paper`, always. A live one is `live` while everything is well, and else `dry`: its bots
    decide, entries are written down and not sent, exits go on.
    """

    PAPER = "paper"
    DRY = "dry"
    LIVE = "live"
