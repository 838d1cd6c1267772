"""What the environment says of Angel One: whole or refused in one sentence that names the variable, never a value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.angelone_settings import Product
from engine.domain.errors import InvalidValue
from engine.settings import AngelOneSettings, Settings, read_settings

HOME = {"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_OWNER_UID": "ann", "LOCKSTEP_BOTS": "bots.json"}
FEED = HOME | {"LOCKSTEP_FEED": "angelone"}
LIVE = FEED | {"LOCKSTEP_VENUE": "angelone"}
EMULATED = {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:2"}
KEYS = {
    "ANGELONE_CLIENT_CODE": "a123456",
    "ANGELONE_PIN": "4821",
    "ANGELONE_TOTP_SECRET": "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    "ANGELONE_API_KEY": "planted-key",
}


def read(env: dict[str, str]) -> AngelOneSettings:
    found = read_settings(env).angelone
    assert found is not None
    return found


def test_without_it_nothing_is_said_of_angel_one() -> None:
    settings: Settings = read_settings(HOME | KEYS)
    assert settings.angelone is None


def test_its_prices_alone_make_no_live_account() -> None:
    found = read(FEED)
    assert (found.live, found.at, found.product, found.credentials) == (False, None, Product.INTRADAY, None)
    assert read_settings(FEED).speed == 1


def test_live_is_said_by_the_venue() -> None:
    assert read(LIVE).live
    assert read_settings(LIVE).venue is None


def test_credentials_are_read_from_variables_as_a_person_types_them() -> None:
    found = read(LIVE | KEYS | {"ANGELONE_REGISTERED_IP": "203.0.113.7"}).credentials
    assert found is not None
    assert (found.client_code, found.registered_ip) == ("A123456", "203.0.113.7")
    assert "planted" not in repr(read_settings(LIVE | KEYS))
    assert KEYS["ANGELONE_PIN"] not in repr(found)


def test_credentials_are_read_from_a_mounted_file(tmp_path: Path) -> None:
    file = tmp_path / "angelone.json"
    said = {"client_code": "A1", "pin": "4821", "totp_secret": "JBSWY3DPEHPK3PXP", "api_key": "planted-key"}
    file.write_text(json.dumps(said))
    with pytest.raises(InvalidValue, match="client_code: must be the 3 to 20"):
        read(LIVE | {"ANGELONE_CREDENTIALS_FILE": str(file)})
    file.write_text(json.dumps(said | {"client_code": "A123456"}))
    found = read(LIVE | {"ANGELONE_CREDENTIALS_FILE": str(file)}).credentials
    assert found is not None
    assert found.api_key == "planted-key"


def test_a_rehearsal_is_at_a_broker_of_this_machine(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text("a certificate")
    place = {"LOCKSTEP_ANGELONE_AT": "https://127.0.0.1:8443", "LOCKSTEP_ANGELONE_CA": str(authority)}
    found = read(LIVE | EMULATED | place)
    assert (found.at, found.ca_file) == ("https://127.0.0.1:8443", authority)
    assert read(LIVE | {"LOCKSTEP_ANGELONE_AT": "http://127.0.0.1:8443"}).ca_file is None


@pytest.mark.parametrize(
    ("env", "variable", "words"),
    [
        (HOME | {"LOCKSTEP_VENUE": "angelone"}, "LOCKSTEP_VENUE", "needs LOCKSTEP_FEED=angelone, not demo"),
        (HOME | {"LOCKSTEP_ANGELONE_AT": "https://127.0.0.1:1"}, "LOCKSTEP_ANGELONE_AT", "LOCKSTEP_FEED is demo"),
        ({**LIVE, "LOCKSTEP_BOTS": ""}, "LOCKSTEP_BOTS", "name the file of the bots"),
        (LIVE | EMULATED, "LOCKSTEP_VENUE", "what a live account did must outlive it"),
        (LIVE | {"LOCKSTEP_SPEED": "60"}, "LOCKSTEP_SPEED", "goes at the world's speed"),
        (FEED | {"LOCKSTEP_VENUE": "http://127.0.0.1:4"}, "LOCKSTEP_VENUE", "trades the demo market, not angelone"),
        (LIVE | {"LOCKSTEP_LIVE_REHEARSAL": "1"}, "LOCKSTEP_LIVE_REHEARSAL", "LOCKSTEP_ANGELONE_AT"),
        (LIVE | {"LOCKSTEP_ANGELONE_AT": "https://broker.example:1"}, "LOCKSTEP_ANGELONE_AT", "on this machine"),
        (LIVE | {"LOCKSTEP_ANGELONE_AT": "https://127.0.0.1:1@evil.example:1"}, "LOCKSTEP_ANGELONE_AT", "machine"),
        (LIVE | {"LOCKSTEP_ANGELONE_AT": "https://127.0.0.1:1"}, "LOCKSTEP_ANGELONE_CA", "is not set"),
        (LIVE | {"LOCKSTEP_ANGELONE_CA": "/etc/hosts"}, "LOCKSTEP_ANGELONE_CA", "machine's own authorities"),
        (
            LIVE | {"LOCKSTEP_ANGELONE_AT": "https://127.0.0.1:1", "K_SERVICE": "lockstep"},
            "LOCKSTEP_ANGELONE_AT",
            "in Cloud Run",
        ),
        (LIVE | {"LOCKSTEP_ANGELONE_PRODUCT": "margin"}, "LOCKSTEP_ANGELONE_PRODUCT", "intraday, delivery"),
        (LIVE | {"LOCKSTEP_TRADES_FOR": "friends"}, "LOCKSTEP_TRADES_FOR", "owner, others"),
        (LIVE | {"ANGELONE_PIN": "4821"}, "ANGELONE_CLIENT_CODE", "give all of them"),
        (LIVE | KEYS | {"ANGELONE_CREDENTIALS_FILE": "x"}, "ANGELONE_CREDENTIALS_FILE", "one of the two ways"),
        (LIVE | KEYS | {"ANGELONE_PIN": "secret-pin"}, "ANGELONE_PIN", "4 digits"),
        (LIVE | {"ANGELONE_CREDENTIALS_FILE": "/nowhere"}, "ANGELONE_CREDENTIALS_FILE", "can't be read"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(env: dict[str, str], variable: str, words: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_settings(env)
    assert refused.value.field == variable
    assert words in refused.value.message
    assert not any(secret in str(refused.value) for secret in ("secret-pin", "planted-key", "4821", "JBSW"))
