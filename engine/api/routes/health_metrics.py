"""How the service is doing for one account, as the dashboard's health page shows it. Under /api/v1 and at the root."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.described import API, resource
from engine.api.models.health import HealthMetrics
from engine.api.models.queries import Query
from engine.api.readiness import health_of
from engine.api.services import services

health_metrics = resource("health_metrics", "How the service is doing.", prefix="")


@health_metrics.get("/health-metrics", responses={200: HealthMetrics}, operation_id="health_metrics")
@health_metrics.get(f"{API}/health-metrics", responses={200: HealthMetrics}, operation_id="health_metrics_v1")
def metrics(query: Query) -> Response:
    """Uptime, signals, response times, positions, bots, and the state of feed, store and write queue."""
    account_id = services().ownership.account_to_read(caller().uid, query.account_id)
    found = health_of(account_id)
    return answered(found.fields, as_of=found.as_of)
