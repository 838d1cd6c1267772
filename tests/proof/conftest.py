"""The simulator silences the log of its process: a test's process gets it back."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from engine.proof.outage import Outage
from engine.proof.run import quiet
from engine.proof.world import Outcome


@contextmanager
def log_as_it_was() -> Iterator[None]:
    """Whatever is done to the log meanwhile, and to the garbage collector, is undone."""
    configured, before, disabled = structlog.is_configured(), structlog.get_config(), logging.root.manager.disable
    yield
    logging.disable(disabled)
    gc.unfreeze()
    if configured:
        structlog.configure(**before)
    else:
        structlog.reset_defaults()


@pytest.fixture(autouse=True)
def log_comes_back() -> Iterator[None]:
    """As it was before the test."""
    with log_as_it_was():
        yield


@pytest.fixture(scope="module")
def day() -> tuple[Outage, Outcome]:
    """A day without the store, over."""
    with log_as_it_was():
        quiet()
        world = Outage(7)
        return world, world.run()
