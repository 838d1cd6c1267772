"""The strategies that a person brings, loaded as a process of the service starts. Called by service and face."""

from __future__ import annotations

import structlog

from engine.research.strategy_files import outside_strategies
from engine.settings import Settings
from engine.strategies.registry import bring

_log = structlog.get_logger()


def load_own_strategies(settings: Settings, *, tell: bool) -> None:
    """Load what STRATEGIES_DIR and installed packages have; with `tell` the log says what was loaded, and what broke.

    A bot of a strategy that broke shows the error; what it holds keeps its stop and is closed as ever. Raises
    InvalidValue for a folder that is not there.
    """
    outside = outside_strategies(settings.strategies_dir)
    bring(outside)
    if not tell:
        return
    for name, kind in outside.kinds.items():
        _log.info("strategy loaded", strategy=name, source=kind.source)
    for name, why in outside.broken.items():
        _log.error("strategy can't be loaded", strategy=name, why=why)
    for why in outside.exposed:
        _log.warning("strategies are exposed", why=why)
    for why in outside.refused:
        _log.error("strategy refused", why=why)
