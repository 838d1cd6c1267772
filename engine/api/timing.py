"""How long requests take, and the id each is known by. Fed by Flask's hooks and the injected clock; feeds /metrics and
/health-metrics. Time spent waiting for the engine on a caller's wish (`?wait`) does not count.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import deque
from math import ceil

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

from engine.api.services import services
from engine.ports import Clock

WINDOW = 1000  # requests that the averages look back on
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestTimes:
    """Prometheus' counters and a rolling window of the API's response times; safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self.started = clock.monotonic()
        self._clock = clock
        self._lock = threading.Lock()
        self._window: deque[float] = deque(maxlen=WINDOW)
        labels = ("method", "route", "status")
        self._requests = Counter("http_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "http_request_duration_seconds", "Time to answer, waits for the engine left out.", ("method", "route"),
            buckets=_BUCKETS_S, registry=self.registry,
        )  # fmt: skip

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
        if route.startswith("/api/"):
            with self._lock:
                self._window.append(seconds)

    def uptime_s(self) -> float:
        """Seconds since the app was made."""
        return self._clock.monotonic() - self.started

    def recent_ms(self) -> tuple[float | None, float | None]:
        """Mean and 95th percentile (nearest rank) of the last `WINDOW` API requests, in milliseconds."""
        with self._lock:
            ordered = sorted(self._window)
        if not ordered:
            return None, None
        p95 = ordered[ceil(0.95 * len(ordered)) - 1]
        return round(1000 * sum(ordered) / len(ordered), 3), round(1000 * p95, 3)


def time_requests(app: Flask) -> None:
    """Give every request an id and a stopwatch. Register it before any hook that may answer."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.waited_s = 0.0
    g.begun = services().deps.clock.monotonic()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Only known methods and routes become labels, so that no client can grow the set of them.
    known = request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    rule = request.url_rule.rule if request.url_rule else "unmatched"
    seconds = services().deps.clock.monotonic() - g.begun - g.waited_s
    services().times.observe(request.method if known else "other", rule, response.status_code, max(seconds, 0.0))
    return response
