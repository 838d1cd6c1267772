"""The simulator silences the log of its process: a test's process gets it back."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def log_comes_back() -> Iterator[None]:
    """As it was before the test."""
    configured, before, disabled = structlog.is_configured(), structlog.get_config(), logging.root.manager.disable
    yield
    logging.disable(disabled)
    gc.unfreeze()
    if configured:
        structlog.configure(**before)
    else:
        structlog.reset_defaults()
