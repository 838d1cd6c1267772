"""An engine that is told to end while it still starts, or right after: it ends in time and in order all the same."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.adapters.notify.receiver import receiving
from tests.integration.engine_process import EngineProcess, await_that, engine_process
from tests.venue.running import running_venue

ENDS_WITHIN_S = 30.0  # on a machine that is busy; 8 is as long as the launcher waits
NOWHERE = "127.0.0.1:1"  # no store is asked before these ends
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


def test_told_to_end_while_its_market_does_not_answer_it_ends_all_the_same(tmp_path: Path) -> None:
    """The market takes the connection and says nothing: a call lasts seconds, and is made again and again."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(90)
        there = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = {"LOCKSTEP_FEED": "coinbase", "LOCKSTEP_COINBASE_AT": there, "FIREBASE_AUTH_EMULATOR_HOST": NOWHERE}
        with engine_process(NOWHERE, "nobody", tmp_path, **settings) as engine:
            asked, _ = silent.accept()
            assert engine.end() == 0, engine.told()[-3000:]
            asked.close()
            assert "Traceback" not in engine.told()


def test_an_engine_whose_journal_cant_be_opened_tells_the_channels(tmp_path: Path) -> None:
    (tmp_path / "paper-demo.journal").mkdir()
    with receiving() as receiver:
        channels = json.dumps([{"name": "ops", "url": receiver.url("ops"), "from": "critical"}])
        settings = {"LOCKSTEP_ALERTS": channels, "FIREBASE_AUTH_EMULATOR_HOST": NOWHERE}
        with engine_process(NOWHERE, "nobody", tmp_path, **settings) as engine:
            await_that(engine.ended, 60, engine, "it gives up")
            assert engine.end() == 2
        assert len(receiver.bodies) == 1
        assert "The engine can't start: " in receiver.bodies[0]
        assert "paper-demo.journal" in receiver.bodies[0]
