"""The write queue of the engines here as Prometheus gauges, summed over accounts: /metrics needs no token, so no
account and no money is in it. Fed by the engine's snapshot; feeds /metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from engine.api.services import services

_Queues = Sequence[Mapping[str, Any]]

_SUMS = (
    ("lockstep_queue_depth", "depth", "Records not yet in the store."),
    ("lockstep_queue_parked", "parked", "Documents that the store refuses while it takes others; they wait alone."),
    ("lockstep_queue_attempts", "attempts", "Commits tried since the engine's start."),
    ("lockstep_queue_delivered", "delivered", "Records delivered since the engine's start."),
    ("lockstep_queue_delivered_per_second", "delivered_per_s", "The same a second, over the last minute."),
    ("lockstep_dead_letters", "dead_letters", "Records that the store refused for good."),
)
_STATES = (
    ("lockstep_store_state", "store_state", ("healthy", "degraded", "down"), "Accounts by what their store is like."),
    ("lockstep_journal_state", "journal_state", ("writing", "full", "failed"), "Accounts by what their journal does."),
)


def engine_metrics() -> bytes:
    """Gauges in Prometheus' text form; `lockstep_engine_up` alone where no engine reports."""
    queues = services().engine.queues()
    registry = CollectorRegistry()
    _gauge(registry, "lockstep_engine_up", "Whether an engine here has reported lately.", float(bool(queues)))
    if queues:
        _tell(registry, queues)
    return generate_latest(registry)


def _tell(registry: CollectorRegistry, queues: _Queues) -> None:
    for name, field, about in _SUMS:
        _gauge(registry, name, about, sum(queue[field] for queue in queues))
    oldest_s = max(queue["oldest_age_s"] for queue in queues)
    _gauge(registry, "lockstep_queue_oldest_age_seconds", "Age of the oldest record not yet in the store.", oldest_s)
    for name, field, states, about in _STATES:
        gauge = Gauge(name, about, ["state"], registry=registry)
        for state in states:
            gauge.labels(state).set(sum(queue[field] == state for queue in queues))


def _gauge(registry: CollectorRegistry, name: str, about: str, value: float) -> None:
    Gauge(name, about, registry=registry).set(value)
