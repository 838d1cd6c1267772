"""Probes and documents that need no token: alive, able to serve, metrics, and the description of the API."""

from __future__ import annotations

from flask import Response, current_app
from flask_openapi3.openapi import OpenAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from engine.api.answers import answered, json_response
from engine.api.described import problem_responses, resource
from engine.api.metrics import engine_metrics
from engine.api.models.health import HealthAnswer, ReadyAnswer
from engine.api.problems import store_unavailable
from engine.api.readiness import checks
from engine.api.services import services

probes = resource("probes", "Probes; no token needed.", prefix="", public=True)


@probes.get("/health", responses={200: HealthAnswer})
def health() -> Response:
    """Alive: this process answers. Says nothing about the store, whose outage no restart would mend."""
    return answered({"status": "ok", "version": services().deps.version, "uptime_seconds": services().times.uptime_s()})


@probes.get("/ready", responses={200: ReadyAnswer, **problem_responses(503)})
def ready() -> Response:
    """Able to serve: the store answers, or a fresh snapshot of the engine stands in for it."""
    found = checks()
    if not found.ready:
        why = found.detail or "the store does not answer and no engine here has reported."
        raise store_unavailable(f"Not ready: {why}")
    seen = {"store": found.store, "engine": found.engine, "journal": found.journal}
    return answered({"status": "ready", "checks": seen, "detail": found.detail})


@probes.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics() -> Response:
    """Counters and response times for Prometheus."""
    body = generate_latest(services().times.registry) + engine_metrics()
    return Response(body, content_type=CONTENT_TYPE_LATEST)


@probes.get("/openapi.json", responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}})
def openapi() -> Response:
    """This description."""
    assert isinstance(current_app, OpenAPI)
    return json_response(current_app.api_doc)
