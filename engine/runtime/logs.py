"""Logs as JSON lines on stderr, as Cloud Logging reads them. Configured once by bootstrap for each process."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def _severity(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cloud Logging's name for the level."""
    event["severity"] = {"warn": "WARNING", "exception": "ERROR"}.get(method, method.upper())
    return event


def configure_logs(program: str) -> None:
    """Every line says which program wrote it. What libraries log goes the same way, from WARNING on."""
    told: list[Processor] = [
        _program(program),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _severity,
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
    ]
    as_json = structlog.processors.JSONRenderer(default=str)
    structlog.configure(
        processors=[*told, as_json],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    without_own_fields = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[without_own_fields, as_json],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *told],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _program(name: str) -> Processor:
    """Adds the program's name; a context variable would not reach the worker threads."""

    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["program"] = name
        return event

    return add
