"""Answers of the probes and the health page, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from engine.api.models.answers import Answer
from engine.api.models.documents import Part


class HealthAnswer(Answer):
    """Alive."""

    status: Literal["ok"]
    version: str
    uptime_seconds: float


class ReadyChecks(Part):
    """What was found."""

    store: Literal["ok", "down"]
    engine: Literal["ok", "silent"]


class ReadyAnswer(Answer):
    """Able to serve."""

    status: Literal["ready"]
    checks: ReadyChecks


class WriteQueue(Part):
    """Records on their way to the store."""

    depth: int
    oldest_age_s: float
    dead_letters: int


class HealthMetrics(Answer):
    """How the service is doing for an account; null is what nobody says."""

    account_id: str | None
    engine: Literal["ok", "silent"]
    uptime_seconds: float
    last_signal_time: datetime | None
    total_signals: int | None
    failed_signals: int | None
    avg_response_time_ms: float | None
    p95_response_time_ms: float | None
    active_positions: int | None
    firestore_status: str
    websocket_status: str | None
    write_queue: WriteQueue | None
    bots_running: int | None
