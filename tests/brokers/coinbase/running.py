"""A loopback Coinbase in a process of its own, started and ended by a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.brokers.loopback.running import RunningBroker


@contextmanager
def running_coinbase(*words: str) -> Iterator[RunningBroker]:
    """One that does not outlive the block. Without words: this very moment, with TLS, its prices standing."""
    broker = RunningBroker("tests.brokers.coinbase", *words)
    try:
        yield broker
    finally:
        broker.end()
