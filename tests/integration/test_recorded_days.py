"""The engine process records its day, is killed and starts again; each of its lives is decided alike from its file."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from engine.recording.folder import Part, parts_in
from local.firestore import FirestoreEmulator
from tests.cli.command import lockstep
from tests.integration.engine_process import await_that, engine_process
from tests.venue.running import running_venue

ACCOUNT = "paper-demo"
SPEED = "1200"


def decided(part: Part) -> dict[str, int]:
    """How many decisions of a file today's code decides again, and how many otherwise."""
    ran = lockstep("replay", "--day", part.path, "--json")
    told = json.loads(ran.out)
    assert ran.code == 0, told["differences"]
    return {"run": told["run"], "decisions": told["decisions"], "differing": told["differing"]}


def test_every_life_of_an_engine_replays_by_itself(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    recordings = tmp_path / "recordings" / ACCOUNT
    settings = {"LOCKSTEP_SPEED": SPEED, "RECORD_DAYS": "3"}

    def weight() -> int:
        return sum(part.path.stat().st_size for part in parts_in(recordings))

    for number, end in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
        before = weight()
        with engine_process(firestore_emulator.host, firestore_project, tmp_path, **settings) as engine:
            await_that(lambda least=before + 100_000: weight() > least, 60, engine, "some hours are recorded")  # type: ignore[misc]
            engine.end(end)
        assert len({part.run for part in parts_in(recordings)}) == number
    found = [decided(part) for part in parts_in(recordings)]
    assert {one["differing"] for one in found} == {0}
    assert len({one["run"] for one in found}) == 2
    assert sum(one["decisions"] for one in found) > 100


def test_a_live_account_is_recorded_without_being_asked_and_a_paper_one_is_not(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    host = firestore_emulator.host
    with running_venue("--whole") as venue:
        live = {"LOCKSTEP_VENUE": venue.url, "LOCKSTEP_LIVE_REHEARSAL": "1", "LOCKSTEP_SPEED": SPEED}
        recordings = tmp_path / "recordings" / "live-practice"
        with engine_process(host, firestore_project, tmp_path, **live) as engine:
            await_that(lambda: bool(parts_in(recordings)), 60, engine, "a live account's day is recorded")
            await_that(lambda: "trading" in engine.told(), 60, engine, "it trades")
            assert engine.end() == 0
    (part, *_) = parts_in(recordings)
    assert decided(part)["decisions"] > 0
    with engine_process(host, f"{firestore_project}-b", tmp_path / "paper", LOCKSTEP_SPEED=SPEED) as engine:
        await_that(lambda: "trading" in engine.told(), 60, engine, "it trades")
        assert engine.end() == 0
    assert not (tmp_path / "paper" / "recordings").exists()
