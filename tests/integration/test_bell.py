"""The API's process rings when it has written: the wiring of bootstrap, on the Firestore emulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.bell_file import BellFile
from engine.bootstrap.face import create_app
from local.firestore import FirestoreEmulator


def test_what_the_api_writes_rings_the_bell_in_the_state_directory_and_what_fails_does_not(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("LOCKSTEP_ROLE", "api"),
        ("GOOGLE_CLOUD_PROJECT", firestore_project),
        ("FIRESTORE_EMULATOR_HOST", firestore_emulator.host),
        ("LOCKSTEP_STATE_DIR", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    documents = create_app().extensions["lockstep"].deps.documents
    bell = BellFile(tmp_path / "bell")

    def fails(_transaction: object) -> dict[str, object]:
        raise LookupError

    with pytest.raises(LookupError):
        documents.change("paper-test", fails)
    assert not bell.rung()
    documents.change("paper-test", lambda transaction: {})
    assert bell.rung()
