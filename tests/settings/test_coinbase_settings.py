"""What the environment says of Coinbase: whole or refused in one sentence that names the variable, never a value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.coinbase_settings import CoinbaseSettings
from engine.domain.errors import InvalidValue
from engine.settings import read_settings

HOME = {"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_OWNER_UID": "ann"}
FEED = HOME | {"LOCKSTEP_FEED": "coinbase"}
LIVE = FEED | {"LOCKSTEP_VENUE": "coinbase", "LOCKSTEP_BOTS": "bots.json"}
EMULATED = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:2"}
SECRET = "cGxhbnRlZC1wcml2YXRlLWtleS1vZi0zMi1ieXRlcyE="
KEYS = {"COINBASE_KEY_NAME": "planted-key-name", "COINBASE_PRIVATE_KEY": SECRET}
AT = "LOCKSTEP_COINBASE_AT"


def read(env: dict[str, str]) -> CoinbaseSettings:
    found = read_settings(env).coinbase
    assert found is not None
    return found


def test_its_prices_alone_need_no_key_no_bots_and_no_store_of_google() -> None:
    assert read(FEED | EMULATED) == CoinbaseSettings()
    assert read_settings(FEED).speed == 1
    assert read_settings(HOME | KEYS).coinbase is None
    assert read_settings(FEED).angelone is None


def test_live_is_said_by_the_venue() -> None:
    assert read(LIVE).live
    assert read_settings(LIVE).venue is None


def test_a_key_is_read_from_variables_or_from_the_file_that_the_developer_platform_gives_out(tmp_path: Path) -> None:
    found = read(LIVE | KEYS).credentials
    assert found is not None
    assert (found.key_name, found.private_key) == ("planted-key-name", SECRET)
    file = tmp_path / "cdp_api_key.json"
    for said in (
        {"id": "planted-key-name", "privateKey": SECRET},
        {"name": "planted-key-name", "principal": "x", "privateKey": SECRET, "scopes": []},
        {"key_name": "planted-key-name", "private_key": SECRET},
    ):
        file.write_text(json.dumps(said))
        assert read(LIVE | {"COINBASE_CREDENTIALS_FILE": str(file)}).credentials == found
    assert "planted" not in repr(read_settings(LIVE | KEYS))


def test_a_rehearsal_is_at_a_broker_of_this_machine() -> None:
    assert read(LIVE | EMULATED | {AT: "http://127.0.0.1:8444"}).at == "http://127.0.0.1:8444"


@pytest.mark.parametrize(
    ("env", "variable", "words"),
    [
        (HOME | {"LOCKSTEP_VENUE": "coinbase"}, "LOCKSTEP_VENUE", "needs LOCKSTEP_FEED=coinbase, not demo"),
        (FEED | {"LOCKSTEP_VENUE": "angelone"}, "LOCKSTEP_VENUE", "needs LOCKSTEP_FEED=angelone, not coinbase"),
        (HOME | {AT: "http://127.0.0.1:1"}, AT, "LOCKSTEP_FEED is demo"),
        (FEED | {"LOCKSTEP_VENUE": "coinbase"}, "LOCKSTEP_BOTS", "name the file of the bots"),
        (LIVE | EMULATED, "LOCKSTEP_VENUE", "what a live account did must outlive it"),
        (LIVE | {"LOCKSTEP_SPEED": "60"}, "LOCKSTEP_SPEED", "goes at the world's speed"),
        (FEED | {"LOCKSTEP_VENUE": "http://127.0.0.1:4"}, "LOCKSTEP_VENUE", "trades the demo market, not coinbase"),
        (LIVE | {"LOCKSTEP_LIVE_REHEARSAL": "1"}, "LOCKSTEP_LIVE_REHEARSAL", AT),
        (LIVE | {AT: "http://broker.example:1"}, AT, "on this machine"),
        (LIVE | {AT: "https://127.0.0.1:1"}, AT, "http://127.0.0.1:port"),
        (LIVE | {AT: "http://127.0.0.1:1@evil.example:1"}, AT, "on this machine"),
        (LIVE | {AT: "http://127.0.0.1:1", "K_SERVICE": "lockstep"}, AT, "in Cloud Run"),
        (LIVE | {"COINBASE_KEY_NAME": "planted-key-name"}, "COINBASE_PRIVATE_KEY", "give all of them"),
        (LIVE | KEYS | {"COINBASE_CREDENTIALS_FILE": "x"}, "COINBASE_CREDENTIALS_FILE", "one of the two ways"),
        (LIVE | KEYS | {"COINBASE_PRIVATE_KEY": "planted"}, "COINBASE_PRIVATE_KEY", "whole privateKey"),
        (LIVE | {"COINBASE_CREDENTIALS_FILE": "/nowhere"}, "COINBASE_CREDENTIALS_FILE", "can't be read"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(env: dict[str, str], variable: str, words: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_settings(env)
    assert refused.value.field == variable
    assert words in refused.value.message
    assert "planted" not in str(refused.value)
