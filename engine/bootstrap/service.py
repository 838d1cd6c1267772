"""`lockstep serve`: the role that the environment names, as processes. Called by __main__.

Roles: `all` starts the engine and gunicorn as two processes; `api` is gunicorn alone; `engine` the engine alone. What
only one of the roles needs is loaded there: the launcher is on the way from a crash to trading again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.adapters.clock import SystemClock
from engine.runtime.launcher import Launcher, Program
from engine.variables import address_of, role_of

if TYPE_CHECKING:
    from engine.runtime.heartbeat_watch import HeartbeatWatch
    from engine.settings import Settings

GUNICORN = (
    *("--workers", "1", "--threads", "8", "--worker-class", "gthread", "--timeout", "0", "--graceful-timeout", "8"),
    "--no-control-socket",  # it would lie in the home directory, which a container's user may not have
)
ENGINE = (sys.executable, "-m", "engine", "serve")


def serve() -> int:
    """`lockstep serve`: run the role that the environment names; returns the exit code."""
    role = role_of(os.environ)
    if role == "all":
        return launch(dict(os.environ))
    from engine.runtime.logs import configure_logs
    from engine.settings import read_settings

    settings = read_settings(os.environ)
    configure_logs(role)
    return _answer(settings) if role == "api" else _trade(settings)


def launch(environment: Mapping[str, str], engine: Sequence[str] = ENGINE) -> int:
    """The engine at once, whatever else is to be loaded; then gunicorn. `engine`: the words that start it, where it is
    one that is measured.
    """
    clock = SystemClock()
    began_at = clock.now()

    def watch() -> HeartbeatWatch:
        from engine.bootstrap.alerts import heartbeat_watch
        from engine.settings import read_settings

        return heartbeat_watch(read_settings(environment), clock, began_at)

    return Launcher(_programs(environment, engine), clock, watch).run()


def _programs(environment: Mapping[str, str], engine: Sequence[str]) -> Iterator[Program]:
    """Taken one by one, gunicorn when the engine has its market: what is wrong with settings, data or bots the engine
    tells, once, before anything else is begun.
    """
    yield Program("engine", engine, {**environment, "LOCKSTEP_ROLE": "engine"}, takes_kills=True, says_begun=True)
    yield Program("api", _gunicorn(environment), without_keys(environment) | {"LOCKSTEP_ROLE": "api"})


def _answer(settings: Settings) -> int:
    from engine.bootstrap.own_strategies import load_own_strategies

    load_own_strategies(settings, tell=False)  # a folder that is not there is told before gunicorn begins
    os.execv(sys.executable, _gunicorn(os.environ))  # noqa: S606 - gunicorn takes this process over, signals and all


def _trade(settings: Settings) -> int:
    from engine.bootstrap.engine import run_engine
    from engine.bootstrap.own_strategies import load_own_strategies

    try:
        load_own_strategies(settings, tell=True)
        return run_engine(settings)
    except Exception as error:
        _tell_failed_start(settings, error)
        raise


def _tell_failed_start(settings: Settings, error: Exception) -> None:
    """The log alone would know it. Whatever comes of the telling, it is `error` that ends the engine."""
    import structlog

    from engine.bootstrap.alerts import failed_start

    try:
        failed_start(settings, SystemClock()).tell(error)
    except Exception:  # noqa: BLE001 - see above
        structlog.get_logger().exception("the failed start could not be told")


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without credentials of brokers: the engine alone logs in; the API's process answers strangers."""
    return {name: value for name, value in environment.items() if not name.startswith(("ANGELONE_", "COINBASE_"))}


def _gunicorn(environment: Mapping[str, str]) -> list[str]:
    host, port = address_of(environment)
    return [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"{host}:{port}", "main:create_app()"]
