"""Logs as JSON lines on stderr, as Cloud Logging reads them. Configured once by bootstrap for each process."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger


def _severity(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cloud Logging's name for the level."""
    event["severity"] = {"warn": "WARNING", "exception": "ERROR"}.get(method, method.upper())
    return event


def configure_logs(program: str) -> None:
    """Every line says which program wrote it. What libraries log goes the same way, from WARNING on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _severity,
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(default=str),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(program=program)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format='{"severity":"%(levelname)s","logger":"%(name)s","message":"%(message)s"}',
    )
