"""A critical alert leaves while Firestore is away, and says afterwards in its document that it did. Real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from tests.adapters.notify.receiver import receiving
from tests.faults.own_emulator import own_emulator
from tests.faults.patient import Patient
from tests.integration.engine_process import OWNER, await_that, engine_process
from tests.integration.service_process import ACCOUNT

SECRET = "planted-secret"


def queue_state(state_dir: Path) -> str:
    """What the engine's snapshot says of the store; empty before it trades."""
    try:
        account = json.loads((state_dir / "snapshot.json").read_bytes())["accounts"][ACCOUNT]["account"]
    except (FileNotFoundError, KeyError):
        return ""
    return str(account.get("write_queue", {}).get("store_state", "")) if "cash" in account else ""


def alerts(host: str, project: str) -> list[dict[str, Any]]:
    """The account's alerts of the kind that a kill raises, as the API reads them."""
    documents = FirestoreDocuments(Patient(connect(project, host)), SystemClock(), lambda: 0.5)
    where = {"user_id": OWNER, "account_id": ACCOUNT, "kind": "kill"}
    return documents.page("alerts", where, "at", 20, None).items


def test_a_kill_is_told_while_the_store_hangs_and_its_document_says_so_when_the_store_is_back(
    firestore_project: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    with own_emulator(tmp_path / "logs") as emulator, receiving() as receiver:
        channels = json.dumps([{"name": "ops", "url": receiver.url(SECRET), "from": "critical"}])
        with engine_process(emulator.host, firestore_project, state, LOCKSTEP_ALERTS=channels) as engine:
            await_that(lambda: queue_state(state) == "healthy", 60, engine, "it trades")
            emulator.suspend()
            (state / "KILL_SWITCH").write_text("smoke in the server room")
            await_that(lambda: bool(receiver.bodies), 10, engine, "the message arrived")
            assert "smoke in the server room" in receiver.bodies[0]
            await_that(lambda: queue_state(state) != "healthy", 60, engine, "the store is known to be away")
            emulator.resume()
            await_that(
                lambda: any(each["delivered_to"] for each in alerts(emulator.host, firestore_project)),
                60, engine, "the document says that it was delivered",
            )  # fmt: skip
            (alert, *_) = alerts(emulator.host, firestore_project)
            assert (alert["severity"], alert["kind"], alert["count"]) == ("critical", "kill", 1)
            assert [(each["channel"], each["failed"]) for each in alert["delivered_to"]] == [("ops", None)]
            assert SECRET not in engine.told()
