"""An engine that is told to end while it still starts, or right after: it ends in time and in order all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.integration.engine_process import EngineProcess, await_that, engine_process
from tests.venue.running import running_venue

ENDS_WITHIN_S = 8.0  # as long as the launcher waits
MOMENTS: dict[str, Callable[[EngineProcess, Path], bool]] = {
    "the journal is opened": lambda engine, state: (state / "live-practice.journal").exists(),
    "the workers begin": lambda engine, state: "recovered" in engine.told(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_told_to_end_at_a_moment_of_its_start_it_ends_in_order(
    moment: str, firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    with running_venue("--whole") as venue:
        live = {"LOCKSTEP_VENUE": venue.url, "LOCKSTEP_LIVE_REHEARSAL": "1", "LOCKSTEP_SPEED": "1200"}
        with engine_process(firestore_emulator.host, firestore_project, tmp_path, **live) as engine:
            await_that(lambda: MOMENTS[moment](engine, tmp_path), 60, engine, moment)
            began = time.monotonic()
            assert engine.end() == 0, engine.told()[-3000:]
            assert time.monotonic() - began < ENDS_WITHIN_S
            assert "Traceback" not in engine.told()
