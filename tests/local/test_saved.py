"""Saves of the emulators' data, whole or not at all. Stands on local/saved and real emulators."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local import http_json
from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from local.saved import Saves

if TYPE_CHECKING:
    from google.cloud.firestore import Client


def test_a_save_brings_documents_and_accounts_back(
    tmp_path: Path,
    firestore_emulator: FirestoreEmulator,
    firestore_client: "Client",
    auth_emulator: AuthEmulator,
) -> None:
    firestore_client.document("bots/one").set({"name": "first"})
    auth_emulator.create_user("saved@lockstep.test", "saved-password", "saved")
    saves = Saves(tmp_path / "saved")
    saves.write(firestore_emulator, auth_emulator, firestore_client.project)
    save = saves.write(firestore_emulator, auth_emulator, firestore_client.project)
    assert saves.latest() == save
    assert len(list((tmp_path / "saved").iterdir())) == 2, "the save, and the name of the current one"

    restored = FirestoreEmulator.start(tmp_path / "logs", seed=save.firestore_seed)
    path = f"projects/{firestore_client.project}/databases/(default)/documents/bots/one"
    document = http_json.call("GET", f"http://{restored.host}/v1/{path}", headers=http_json.OWNER)
    restored.stop()
    assert document["fields"] == {"name": {"stringValue": "first"}}
    auth_emulator.restore(save.accounts())
    assert auth_emulator.sign_in("saved@lockstep.test", "saved-password")


def test_a_save_that_fails_half_way_leaves_the_one_before(
    tmp_path: Path, firestore_project: str, auth_emulator: AuthEmulator
) -> None:
    firestore = FirestoreEmulator.start(tmp_path / "logs")
    saves = Saves(tmp_path / "saved")
    before = saves.write(firestore, auth_emulator, firestore_project)
    firestore.stop()
    with pytest.raises(OSError, match="refused"):
        saves.write(firestore, auth_emulator, firestore_project)
    assert saves.latest() == before
    assert len(list((tmp_path / "saved").iterdir())) == 2


def test_a_crash_before_the_save_is_named_leaves_the_one_before(
    tmp_path: Path, firestore_project: str, firestore_emulator: FirestoreEmulator, auth_emulator: AuthEmulator
) -> None:
    saves = Saves(tmp_path)
    before = saves.write(firestore_emulator, auth_emulator, firestore_project)
    (tmp_path / "9999" / "firestore").mkdir(parents=True)  # what kill -9 leaves: a folder that nothing names
    assert saves.latest() == before
    after = saves.write(firestore_emulator, auth_emulator, firestore_project)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [after.folder]


def test_there_is_no_save_before_the_first(tmp_path: Path) -> None:
    assert Saves(tmp_path / "never").latest() is None
