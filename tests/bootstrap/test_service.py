"""The roles of the service as processes: what each of them is given."""

from __future__ import annotations

from engine.bootstrap.service import without_keys


def test_the_apis_process_gets_no_brokers_credentials() -> None:
    said = {"ANGELONE_PIN": "4821", "ANGELONE_CREDENTIALS_FILE": "/keys", "LOCKSTEP_FEED": "angelone", "PORT": "8000"}
    assert without_keys(said) == {"LOCKSTEP_FEED": "angelone", "PORT": "8000"}
