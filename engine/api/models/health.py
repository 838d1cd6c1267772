"""Answers of the probes and the health page, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

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
    engine: Literal["ok", "starting", "waiting", "needs", "silent"]
    journal: Literal["writing", "full", "failed"] | None


class ReadyAnswer(Answer):
    """Able to serve."""

    status: Literal["ready"]
    checks: ReadyChecks
    detail: str | None


class WriteQueue(Part):
    """Records on their way to the store, and the disk they wait on."""

    depth: int
    oldest_age_s: float
    dead_letters: int
    parked: int = Field(0, description="Documents that the store refuses while it takes others; they wait alone.")
    attempts: int = Field(0, description="Commits tried since the engine's start.")
    delivered: int = Field(0, description="Records delivered since the engine's start.")
    delivered_per_s: float = Field(0.0, description="The same a second, over the last minute.")
    store_state: str = Field("healthy", description="healthy, degraded or down; healthy again after three good calls.")
    journal_state: str = Field("writing", description="writing, full or failed.")
    journal_detail: str = Field("", description="A sentence where the journal does not write.")


class HealthMetrics(Answer):
    """How the service is doing for an account; null is what nobody says."""

    account_id: str | None
    engine: Literal["ok", "starting", "waiting", "needs", "silent"]
    engine_since: datetime | None
    engine_detail: str | None
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
