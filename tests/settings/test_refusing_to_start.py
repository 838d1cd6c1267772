"""`lockstep serve` as a process: it does not start where it must not, and says why in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEAST = {"GOOGLE_CLOUD_PROJECT": "demo-refused", "LOCKSTEP_OWNER_UID": "anna", "LOCKSTEP_ROLE": "engine"}


def serve(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The service with these variables, and nothing of ours."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LOCKSTEP_", "FIRE", "GOOGLE_", "CLOUD_RUN_", "K_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "engine", "serve"],
        env={**inherited, **LEAST, "LOCKSTEP_STATE_DIR": str(tmp_path / "state"), **variables},
        capture_output=True,
        text=True,
        timeout=180,
    )


def assert_refused(ran: subprocess.CompletedProcess[str], code: int, words: str, tmp_path: Path) -> None:
    """One line on stderr, this exit code, and nothing begun."""
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", f"lockstep: {words}\n")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("role", ["all", "api", "engine"])
@pytest.mark.parametrize("sign", ["K_SERVICE", "CLOUD_RUN_JOB"])
def test_an_emulator_variable_in_cloud_run_ends_the_start(role: str, sign: str, tmp_path: Path) -> None:
    ran = serve(tmp_path, LOCKSTEP_ROLE=role, FIREBASE_AUTH_EMULATOR_HOST="127.0.0.1:1", **{sign: "lockstep"})
    words = "FIREBASE_AUTH_EMULATOR_HOST: is set in Cloud Run: with it every unsigned token would be taken. Remove it"
    assert_refused(ran, 2, words, tmp_path)


def test_a_wrong_variable_ends_the_start(tmp_path: Path) -> None:
    ran = serve(tmp_path, LOCKSTEP_ROLE="boss")
    assert_refused(ran, 2, "LOCKSTEP_ROLE: unknown value 'boss'; there are all, api, engine", tmp_path)


def test_data_that_is_not_there_ends_the_start_before_anything_is_started(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing.csv")
    ran = serve(tmp_path, LOCKSTEP_ROLE="all", LOCKSTEP_FEED="replay", LOCKSTEP_DATA=missing)
    assert_refused(ran, 1, f"{missing}: there is no such file or folder", tmp_path)


def test_a_bots_file_with_a_mistake_ends_the_start_with_the_path_of_the_field(tmp_path: Path) -> None:
    bots = tmp_path / "bots.json"
    bots.write_text('{"bots": [{"id": "a", "strategy": "confluence", "symbols": ["SBIN"], "sizing": {"value": -1}}]}')
    ran = serve(tmp_path, LOCKSTEP_ROLE="all", LOCKSTEP_BOTS=str(bots))
    assert_refused(ran, 1, f"{bots}: bots[0].sizing.value: must be above 0, is -1", tmp_path)


def test_a_bot_on_a_symbol_that_the_demo_does_not_carry_ends_the_start(tmp_path: Path) -> None:
    bots = tmp_path / "bots.json"
    bots.write_text('{"bots": [{"id": "a", "strategy": "confluence", "symbols": ["GOOG"]}]}')
    ran = serve(tmp_path, LOCKSTEP_ROLE="all", LOCKSTEP_BOTS=str(bots))
    assert ran.returncode == 2
    assert ran.stderr.startswith("lockstep: a.symbols: GOOG is not in the demo; there are ")
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "state").exists()
