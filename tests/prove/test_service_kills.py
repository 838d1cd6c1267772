"""kill -9 of the whole service amid trading, five hundred times. Run by `make prove ONLY=service-kills`; needs no data.

It is done in sessions of twenty kills. Each that is over is kept in bench/results/service-kills.json, and the next run
goes on after the last of them; remove that file to begin anew. What is lost or doubled is looked for in every session;
times count of those alone at whose end the machine had no more to do than it has cores, since others' work is in the
rest. `make test` has samples of the parts: tests/integration/test_{whole_stack_killed,engine_killed,orders_killed}.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bench import record
from bench.contender import ROOT
from bench.provenance import commit, machine, now
from tests.faults.own_emulator import own_emulator
from tests.integration.service_kills import kill_the_service
from tests.prove.aloud import aloud
from tests.venue.running import running_venue

pytestmark = pytest.mark.prove

KILLS, SESSION, NAME = 500, 20, "service-kills"
SAME_HOST_P99_S, OTHER_HOST_P99_S = 5.0, 15.0
TIMED_KILLS = 200  # at the least
FIRST_SEED = 20_260_105
Kept = list[dict[str, Any]]


def kept() -> Kept:
    """The sessions that are over."""
    found = record.read(record.FOLDER, NAME)
    return [] if found is None else list(found["sessions"])


def keep(sessions: Kept) -> None:
    """Write them down."""
    record.write(record.FOLDER, NAME, {"command": "make prove ONLY=service-kills", "sessions": sessions})


def quiet(sessions: Kept) -> Kept:
    """Those whose times are the service's own."""
    return [one for one in sessions if one["machine"]["load"] <= one["machine"]["cores"]]


def times_of(sessions: Kept, host: str, line: str) -> list[float]:
    """Every time, seconds, shortest first."""
    return sorted(took for one in sessions for took in one[host][line])


def quantile(ordered: list[float], share: float) -> float:
    """The nearest rank: the smallest that so great a share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def test_five_hundred_kills_of_the_service_lose_and_double_nothing_and_it_trades_again_soon(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    sessions, say = kept(), aloud(capsys)
    while (done := sum(one["kills"] for one in sessions)) < KILLS:
        seed = FIRST_SEED + len(sessions)
        folder = tmp_path / f"session-{len(sessions)}"
        folder.mkdir()
        with own_emulator(folder / "logs") as emulator, running_venue() as venue:
            told = kill_the_service(
                folder, emulator.host, venue, min(SESSION, KILLS - done), seed,
                lambda line, done=done: say(f"{NAME}: {done} before, {line} of this session"),
            )  # fmt: skip
        origin = {"seed": seed, "commit": commit(ROOT), "date": now(), "machine": machine()}
        sessions = [*sessions, {**asdict(told), **origin}]
        keep(sessions)
    for name in ("kills", "amid_starts", "hosts_lost", "records_waiting", "orders", "fills"):
        record_property(name, sum(one[name] for one in sessions))
    timed = quiet(sessions)
    record_property("timed_kills", sum(one["kills"] for one in timed))
    for host in ("same_host", "other_host"):
        for line in ("trading", "live"):
            ordered = times_of(timed, host, line)
            for share in (0.5, 0.99):
                record_property(f"{host}_{line}_p{share * 100:.0f}_s", quantile(ordered, share))
    assert sum(one["kills"] for one in timed) >= TIMED_KILLS, "the machine was too busy: run it again when it is not"
    assert quantile(times_of(timed, "same_host", "live"), 0.99) <= SAME_HOST_P99_S
    assert quantile(times_of(timed, "other_host", "live"), 0.99) <= OTHER_HOST_P99_S
