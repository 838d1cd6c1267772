"""`lockstep serve`: the role that the environment names, as processes. Called by __main__.

Roles: `all` starts gunicorn and the engine as two processes; `api` is gunicorn alone; `engine` the engine alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from engine.adapters.clock import SystemClock
from engine.bootstrap.alerts import heartbeat_watch
from engine.bootstrap.engine import run_engine
from engine.bootstrap.market import open_market
from engine.bootstrap.own_strategies import load_own_strategies
from engine.runtime.launcher import Launcher, Program
from engine.runtime.logs import configure_logs
from engine.settings import Settings, read_settings

GUNICORN = (
    *("--workers", "1", "--threads", "8", "--worker-class", "gthread", "--timeout", "0", "--graceful-timeout", "8"),
    "--no-control-socket",  # it would lie in the home directory, which a container's user may not have
)


def serve() -> int:
    """`lockstep serve`: run the role that the environment names; returns the exit code."""
    settings = read_settings(os.environ)
    configure_logs(settings.role)
    load_own_strategies(settings, tell=settings.role == "engine")
    if settings.role == "engine":
        return run_engine(settings)
    if settings.role == "api":
        os.execv(sys.executable, _gunicorn(settings))  # noqa: S606 - gunicorn takes this process over, signals and all
    open_market(settings)  # bad data or bots are told here, once, before anything is started
    environment = dict(os.environ)
    programs = [
        Program("engine", (sys.executable, "-m", "engine", "serve"), environment | {"LOCKSTEP_ROLE": "engine"}, True),
        Program("api", _gunicorn(settings), without_keys(environment) | {"LOCKSTEP_ROLE": "api"}),
    ]
    clock = SystemClock()
    return Launcher(programs, clock, heartbeat_watch(settings, clock)).run()


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without credentials of brokers: the engine alone logs in; the API's process answers strangers."""
    return {name: value for name, value in environment.items() if not name.startswith("ANGELONE_")}


def _gunicorn(settings: Settings) -> list[str]:
    bind = ("--bind", f"{settings.host}:{settings.port}")
    return [sys.executable, "-m", "gunicorn", *GUNICORN, *bind, "main:create_app()"]
