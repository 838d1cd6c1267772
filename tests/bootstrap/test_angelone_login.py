"""Who may log in at Angel One: credentials are waited for as long as a person takes, and a client is one engine's."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.lease import LIVE_LIFETIME_S, LIVE_RENEW_S, FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.bootstrap.angelone_login import ClientHeld, client_of, hold_client
from engine.bootstrap.owners_keys import keys_for
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import Fenced, LeaseHeld
from engine.runtime.ending import Ended, EndWish
from engine.runtime.patience import at_once
from engine.runtime.start_notice import StartNotice
from engine.settings import read_settings
from engine.simulation.clock import ManualClock
from tests.runtime.world import eventually

SAID = {
    "client_code": "A123456",
    "pin": "4821",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "api_key": "planted-key",
}
KEYS = AngelOneCredentials(**SAID)
CLIENT = client_of(KEYS, "ann")


class Doors:
    """What of Outside is asked here."""

    def __init__(self, folder: Path, wire: MemoryWire, instance: str, clock: ManualClock, **more: str) -> None:
        env = {
            "GOOGLE_CLOUD_PROJECT": "demo-here",
            "LOCKSTEP_OWNER_UID": "ann",
            "LOCKSTEP_FEED": "angelone",
            "LOCKSTEP_BOTS": "bots.json",
            "LOCKSTEP_STATE_DIR": str(folder),
        }
        self.settings, self.wire, self.instance = read_settings(env | more), wire, instance
        self.lease = FirestoreLease(wire, clock, LIVE_LIFETIME_S, patience_s=0.0, renew_s=LIVE_RENEW_S)
        self.journal = type("Journal", (), {"name": f"{instance}.journal"})()


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    return Doors(tmp_path, MemoryWire(), "one", ManualClock())


def waits(doors: Doors, notice: StartNotice, end: EndWish) -> tuple[threading.Thread, list[Any]]:
    """Credentials waited for in a thread, and what came of it."""
    came: list[Any] = []

    def wait() -> None:
        try:
            came.append(keys_for(doors, "angelone", at_once, notice, end))  # type: ignore[arg-type]
        except Ended as ended:
            came.append(ended)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, came


def test_credentials_of_the_environment_need_no_vault(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(SAID))
    doors = Doors(tmp_path, MemoryWire(), "one", ManualClock(), ANGELONE_CREDENTIALS_FILE=str(file))
    notice = StartNotice(ManualClock(), "paper-angelone")
    assert keys_for(doors, "angelone", at_once, notice, EndWish()) == KEYS  # type: ignore[arg-type]


def test_the_start_says_that_credentials_are_missing_and_ends_when_asked_to(doors: Doors) -> None:
    notice, end = StartNotice(ManualClock(), "paper-angelone"), EndWish()
    thread, came = waits(doors, notice, end)
    eventually(lambda: notice.fields()["state"] == "needs", "it says what it needs")
    assert "give them on the dashboard, under Brokers" in str(notice.fields()["reason"])
    assert not notice.store_is_away
    end.ask()
    thread.join(10)
    assert isinstance(came[0], Ended)


def test_a_client_is_called_by_a_digest_of_its_code_alone() -> None:
    called = client_of(KEYS, "ann").account_id
    assert called == client_of(replace(KEYS, pin="1234"), "ann").account_id
    assert called != client_of(replace(KEYS, client_code="A123457"), "ann").account_id
    assert "123456" not in called


def test_two_accounts_of_one_client_take_turns(tmp_path: Path) -> None:
    clock, wire = ManualClock(), MemoryWire()
    first, second = (Doors(tmp_path, wire, name, clock) for name in ("one", "two"))
    held = hold_client(first, CLIENT, at_once)  # type: ignore[arg-type]
    with pytest.raises(LeaseHeld, match="client-angelone-") as refused:
        hold_client(second, CLIENT, at_once)  # type: ignore[arg-type]
    notice = StartNotice(clock, "live-angelone")
    notice.held(refused.value)
    assert str(notice.fields()["reason"]).startswith("Another engine (one) holds the login of this client at Angel One")
    held.release()
    assert hold_client(second, CLIENT, at_once).grant.instance == "two"  # type: ignore[arg-type]


def test_who_loses_the_client_ends(tmp_path: Path) -> None:
    clock, wire = ManualClock(), MemoryWire()
    first, second = (Doors(tmp_path, wire, name, clock) for name in ("one", "two"))
    held = hold_client(first, CLIENT, at_once)  # type: ignore[arg-type]
    clock.advance(LIVE_LIFETIME_S + 3)
    hold_client(second, CLIENT, at_once)  # type: ignore[arg-type]
    with pytest.raises(Fenced, match="another engine logs in as this client"):
        ClientHeld(held.lease, held.grant).run(threading.Event())
