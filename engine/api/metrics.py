"""The write queue of the engines here as Prometheus gauges, summed over accounts: /metrics needs no token, so no
account and no money is in it. Fed by the engine's snapshot; feeds /metrics.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from engine.api.services import services


def engine_metrics() -> bytes:
    """Gauges in Prometheus' text form; `lockstep_engine_up` alone where no engine reports."""
    queues = services().engine.queues()
    registry = CollectorRegistry()
    _gauge(registry, "lockstep_engine_up", "Whether an engine here has reported lately.", float(bool(queues)))
    if queues:
        _gauge(registry, "lockstep_queue_depth", "Records not yet in the store.", sum(q["depth"] for q in queues))
        oldest_s = max(q["oldest_age_s"] for q in queues)
        _gauge(registry, "lockstep_queue_oldest_age_seconds", "Age of the oldest of them.", oldest_s)
        dead = sum(q["dead_letters"] for q in queues)
        _gauge(registry, "lockstep_dead_letters", "Records that the store refused for good.", dead)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, about: str, value: float) -> None:
    Gauge(name, about, registry=registry).set(value)
