"""For tests of runtime: what a worker dies of is logged in plain.

The default shows every frame's values, which takes seconds on a busy machine while the supervisor under test waits.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> Iterator[None]:
    told = structlog.get_config()["processors"][:-1]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*told, plain])
    yield
    structlog.reset_defaults()
