"""The roles of the service as processes: what each of them is given."""

from __future__ import annotations

from engine.bootstrap.service import without_keys


def test_the_apis_process_gets_no_brokers_credentials() -> None:
    keys = {"ANGELONE_PIN": "4821", "ANGELONE_CREDENTIALS_FILE": "/keys", "COINBASE_PRIVATE_KEY": "a-key"}
    said = {"LOCKSTEP_FEED": "angelone", "LOCKSTEP_COINBASE_AT": "http://127.0.0.1:8444", "PORT": "8000"}
    assert without_keys({**keys, **said}) == said
