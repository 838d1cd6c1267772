"""Trials on a Ray cluster, or on a Ray of this machine's own. Asked by search; the cluster's nodes run the same engine.

Ray comes with requirements/research.txt. It is started without its dashboard and without usage statistics, and needs no
internet.
"""

from __future__ import annotations

import os
import socket
from types import TracebackType
from typing import Any, Self

from engine.domain.errors import CannotStart, OperatingError
from engine.market_data.columns import MarketData
from engine.research.sweep.own import bring_own
from engine.research.sweep.source import source_digest
from engine.research.sweep.trial import Job, Outcome, Plan, outcome_of

_OFFLINE = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}  # read by Ray alone
_REACH_S = 10.0  # until a head is not there; Ray by itself goes on asking for minutes, in words of its own


def outcome_there(plan: Plan, data: MarketData, job: Job, source: str) -> dict[str, Any]:
    """Runs on a node of the cluster. A node that has another version of this code says so instead."""
    if source_digest() != source:
        return {"differs": os.uname().nodename if hasattr(os, "uname") else "a node"}
    bring_own(plan)
    return outcome_of(plan, data, job).as_json()


class RayCluster:
    """Jobs as Ray tasks of one core each; a node that dies has its tasks run again elsewhere, as Ray does."""

    def __init__(self, plan: Plan, data: MarketData, address: str | None, cores: int | None) -> None:
        self._ray = _ray()
        if address is not None:
            _reach(address)
        try:
            # At an address there is a cluster with its own cores; without one, a Ray of our own begins here.
            beginning = {"address": address} if address else {"num_cpus": cores, "include_dashboard": False}
            self._ray.init(log_to_driver=False, logging_level="error", namespace="lockstep-sweep", **beginning)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            raise CannotStart(
                f"Ray does not begin{f' at {address}' if address else ''}: {_first_line(error)}"
            ) from None
        # On the nodes once, and read there by every task without a copy.
        self._plan, self._data = self._ray.put(plan), self._ray.put(data)
        self._source = source_digest()
        self._task = self._ray.remote(outcome_there).options(num_cpus=1)
        self._running: dict[Any, Job] = {}

    def submit(self, job: Job) -> None:
        self._running[self._task.remote(self._plan, self._data, job, self._source)] = job

    def next_done(self) -> tuple[Job, Outcome]:
        done, _ = self._ray.wait(list(self._running), num_returns=1)
        job = self._running.pop(done[0])
        try:
            said = self._ray.get(done[0])
        except self._ray.exceptions.RayError as error:
            raise OperatingError(f"Ray could not run a trial: {_first_line(error)}; go on with --resume") from None
        if "differs" in said:
            raise OperatingError(f"{said['differs']} has another version of lockstep than this machine; install one")
        return job, Outcome.of_json(said)

    @property
    def nodes(self) -> int:
        """How many nodes are alive."""
        return sum(1 for node in self._ray.nodes() if node["Alive"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            self._ray.cancel(task, force=False)
        self._ray.shutdown()


def _ray() -> Any:
    """Ray itself. Raises CannotStart where it is not installed."""
    os.environ.update({name: value for name, value in _OFFLINE.items() if name not in os.environ})
    try:
        import ray
    except ImportError:
        raise CannotStart(
            "--on ray needs Ray, which is not installed here; type: pip install -r requirements/research.txt"
        ) from None
    return ray


def _reach(address: str) -> None:
    """Raises CannotStart where nobody listens at HOST:PORT. Ray's other ways to say where are left to Ray."""
    host, colon, port = address.rpartition(":")
    if not colon or "/" in address or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_REACH_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise CannotStart(f"Ray does not begin at {address}: {error}") from None


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
