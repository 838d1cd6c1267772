"""What the settings name the vault's key: one way of four, and none by accident in the cloud."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from engine.adapters.firestore.memory import MemoryWire
from engine.bootstrap.keys import open_vault
from engine.domain.errors import InvalidValue
from engine.settings import read_settings

LEAST = {"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_OWNER_UID": "anna"}
KEY = Fernet.generate_key().decode()


def test_on_a_machine_of_ones_own_a_key_file_is_made(tmp_path: Path) -> None:
    settings = read_settings({**LEAST, "LOCKSTEP_STATE_DIR": str(tmp_path)})
    assert open_vault(settings, MemoryWire()) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["vault.key"]


def test_in_the_cloud_there_is_no_vault_without_a_key() -> None:
    settings = read_settings({**LEAST, "K_SERVICE": "lockstep"})
    assert open_vault(settings, MemoryWire()) is None


def test_keys_stand_in_the_variable_or_in_a_file_and_in_no_repr(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{KEY}\n{KEY}\n")
    said = read_settings({**LEAST, "LOCKSTEP_VAULT_KEYS": f"{KEY}, {KEY}"})
    assert said.vault_keys == read_settings({**LEAST, "LOCKSTEP_VAULT_KEYS_FILE": str(file)}).vault_keys == (KEY, KEY)
    assert KEY not in repr(said)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"LOCKSTEP_VAULT_KEYS": KEY, "LOCKSTEP_KMS_KEY": "projects/p"}, "name the vault's key in one of them"),
        ({"LOCKSTEP_VAULT_KEYS_FILE": "/nowhere/keys"}, "/nowhere/keys can't be read"),
        ({"LOCKSTEP_VAULT_KEYS": "hunter2hunter2"}, "key 1 is not a Fernet key"),
        ({"LOCKSTEP_KMS_KEY": "my-key"}, "is not a key of Google's KMS"),
    ],
)
def test_what_names_no_key_ends_the_start_without_quoting_it(more: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        open_vault(read_settings({**LEAST, **more}), MemoryWire())
    assert words in str(refused.value)
    assert KEY not in str(refused.value)
    assert "hunter2" not in str(refused.value)
