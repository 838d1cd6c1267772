"""The same face on the real parts: sign-in at the Auth emulator, documents in the Firestore emulator."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from firebase_admin import auth
from flask import Flask
from werkzeug.test import TestResponse

from engine.adapters.clock import SystemClock
from engine.adapters.firebase_auth import NO_SUCH_USER, REVOKED, FirebaseTokenVerifier
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.api.app import create_app
from engine.api.dependencies import ApiDependencies, ClientConfig
from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from tests.api.world import HeldSnapshot, furnish, snapshot_of

PASSWORD = "correct horse"


@dataclass
class Person:
    """A signed-in user of the emulator's."""

    email: str
    uid: str
    token: str


@dataclass
class Live:
    """The app on emulators."""

    app: Flask
    documents: FirestoreDocuments
    verifier: FirebaseTokenVerifier
    auth: AuthEmulator

    def person(self) -> Person:
        """A new user with an account of their own, everything in it."""
        email = f"{secrets.token_hex(6)}@example.com"
        uid = self.auth.create_user(email, PASSWORD)
        return Person(email, uid, self.auth.sign_in(email, PASSWORD))

    def call(self, person: Person, method: str, path: str, json: object = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {person.token}"}
        return self.app.test_client().open(f"/api/v1{path}", method=method, json=json, headers=headers)


@pytest.fixture
def live(
    firestore_emulator: FirestoreEmulator,
    auth_emulator: AuthEmulator,
    firestore_project: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Live]:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth_emulator.host)
    wire = connect(firestore_project, firestore_emulator.host)
    clock = SystemClock()
    documents = FirestoreDocuments(wire, clock, random.random)
    verifier = FirebaseTokenVerifier(auth_emulator.project)
    config = ClientConfig(auth_emulator.project, "key", "x.firebaseapp.com", auth_emulator.host)
    snapshots = HeldSnapshot()
    deps = ApiDependencies(documents, snapshots, verifier, clock, tmp_path, config, None)
    made = Live(create_app(deps), documents, verifier, auth_emulator)
    made.app.extensions["snapshots"] = snapshots
    yield made
    verifier.close()
    wire.close()


def owner(live: Live) -> Person:
    """A person with an account and one document of every kind."""
    person = live.person()
    furnish(live.documents, person.uid, "paper-demo", "")
    live.app.extensions["snapshots"].write(snapshot_of(person.uid, "paper-demo", datetime.now(UTC)))
    return person


def test_a_signed_in_user_creates_starts_and_deletes_a_bot(live: Live) -> None:
    person = owner(live)
    body = {"name": "Emulated", "strategy": "confluence", "symbols": ["INFY"]}
    created = live.call(person, "POST", "/bots", body)
    assert created.status_code == 201
    bot_id = created.json["id"]
    assert live.call(person, "POST", f"/bots/{bot_id}/start").json["desired"] == "running"
    assert {bot["id"] for bot in live.call(person, "GET", "/bots").json["items"]} == {"drift", bot_id}
    assert live.call(person, "DELETE", f"/bots/{bot_id}").status_code == 200
    assert {bot["id"] for bot in live.call(person, "GET", "/bots").json["items"]} == {"drift"}
    controls = live.documents.get("controls", "paper-demo")
    assert controls is not None
    assert controls["generation"] == 4


def test_every_list_is_served_by_the_real_store(live: Live) -> None:
    person = owner(live)
    paths = (
        "/bots", "/positions?limit=1", "/orders?state=accepted&bot_id=drift&symbol=INFY", "/fills?bot_id=drift",
        "/trades", "/signals?outcome=ordered", "/alerts", "/dead-letters", "/differences", "/bots/drift/decisions",
        "/candles?symbol=INFY",
    )  # fmt: skip
    for path in paths:
        answer = live.call(person, "GET", path)
        assert (answer.status_code, len(answer.json["items"]) > 0) == (200, True), (path, answer.json)


def test_another_signed_in_user_finds_nothing_and_changes_nothing(live: Live) -> None:
    owner(live)
    other = live.person()
    furnish(live.documents, other.uid, "paper-other", "-o")
    for method, path in (
        ("GET", "/bots/drift"), ("POST", "/bots/drift/stop"), ("DELETE", "/bots/drift"),
        ("POST", "/accounts/paper-demo/halt"), ("GET", "/orders?account_id=paper-demo"),
        ("POST", "/positions/drift_INFY/close"), ("POST", "/alerts/ALERT/acknowledge"),
    ):  # fmt: skip
        assert live.call(other, method, path).status_code == 404, path
    assert [bot["id"] for bot in live.call(other, "GET", "/bots").json["items"]] == ["drift-o"]


def test_a_revoked_token_moves_no_money(live: Live) -> None:
    person = owner(live)
    assert live.call(person, "POST", "/accounts/paper-demo/halt").status_code == 200
    client: auth.Client = live.verifier._client()
    client.update_user(person.uid, valid_since=int(datetime.now(UTC).timestamp()) + 1)
    for path in ("/accounts/paper-demo/resume", "/accounts/paper-demo/flatten", "/positions/drift_INFY/close"):
        answer = live.call(person, "POST", path)
        assert (answer.status_code, answer.json["detail"]) == (401, REVOKED), path
    controls = live.documents.get("controls", "paper-demo")
    assert controls is not None
    assert controls["halted"] is True
    assert live.call(person, "GET", "/bots").status_code == 200


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_a_user_who_is_gone_moves_no_money(live: Live, how: str) -> None:
    person = owner(live)
    client: auth.Client = live.verifier._client()
    if how == "disabled":
        client.update_user(person.uid, disabled=True)
    else:
        client.delete_user(person.uid)
    answer = live.call(person, "POST", "/accounts/paper-demo/halt")
    assert (answer.status_code, answer.json["detail"]) == (401, NO_SUCH_USER)


def test_a_token_for_another_project_is_refused_by_the_emulated_verifier_too(live: Live) -> None:
    person = owner(live)
    elsewhere = FirebaseTokenVerifier("another-project")
    app = create_app(replace(live.app.extensions["lockstep"].deps, tokens=elsewhere))
    answer = app.test_client().get("/api/v1/bots", headers={"Authorization": f"Bearer {person.token}"})
    assert (answer.status_code, answer.json["detail"]) == (401, "The token is of another project.")
    elsewhere.close()
