"""Answers about halts and kills, for the OpenAPI document: as they were asked for, and as they were lifted.

What is proven of a kill is the account's own `kill` (docs/contract/documents.md).
"""

from __future__ import annotations

from datetime import datetime

from engine.api.models.answers import Answer


class HaltAnswer(Answer):
    """A halt as it stands; `id` is the account, or `service`."""

    id: str
    halted: bool
    halted_reason: str | None
    halted_at: datetime | None
    halted_by: str | None


class KillAnswer(Answer):
    """A kill as it was asked for; what is proven of it is the account's `kill`. `id` is the account, or `service`."""

    id: str
    killed: bool
    killed_reason: str
    killed_at: datetime
    killed_by: str
    kill_flatten: bool


class ResumeAnswer(HaltAnswer):
    """Halt and kill, lifted."""

    killed: bool
    killed_reason: str | None
    killed_at: datetime | None
    killed_by: str | None
    kill_flatten: bool
    resumed_at: datetime
    resumed_by: str
