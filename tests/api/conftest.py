"""The app under test, on twins. Fed by world; feeds every test here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.api.app import create_app
from engine.api.dependencies import ApiDependencies, ClientConfig, DemoSignIn
from engine.ports import Vault
from tests.api.world import (
    ASHA,
    ASHAS,
    BELA,
    BELAS,
    HandClock,
    HeldSnapshot,
    KnownTokens,
    documents_on,
    furnish,
    snapshot_of,
)


@dataclass(frozen=True)
class World:
    """The app and everything around it."""

    app: Flask
    wire: MemoryWire
    documents: FirestoreDocuments
    clock: HandClock
    tokens: KnownTokens
    snapshots: HeldSnapshot
    web_dir: Path

    def call(
        self,
        method: str,
        path: str,
        *,
        uid: str | None = ASHA,
        json: Any = None,
        headers: Mapping[str, str] = {},
        **more: Any,
    ) -> TestResponse:
        """One request, signed in as `uid` unless that is None."""
        sent = dict(headers)
        if uid is not None:
            sent["Authorization"] = f"Bearer token-{uid}"
        address = path if path.startswith("/api") or uid is None else f"/api/v1{path}"
        return self.app.test_client().open(address, method=method, json=json, headers=sent, **more)

    def engine_speaks(self) -> None:
        """Let the engine write a fresh snapshot of Asha's account."""
        self.clock.elapsed_s += 1
        self.snapshots.write(snapshot_of(ASHA, ASHAS, self.clock.now()))

    def engine_starts(self, state: str, reason: str) -> None:
        """Let the engine say that it has yet to recover Asha's account."""
        self.engine_speaks()
        assert self.snapshots.held is not None
        whole = self.snapshots.held["accounts"][ASHAS]
        start = {"state": state, "since": "2026-03-02T06:30:00Z", "reason": reason}
        kept = {name: whole[name] for name in ("user_id", "queue", "instruments")}
        self.snapshots.held["accounts"][ASHAS] = {**kept, "start": start}

    def everything(self) -> dict[str, bytes]:
        """Every document, to tell whether anything changed."""
        return {name: message.SerializeToString(deterministic=True) for name, message in self.wire._documents.items()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two users with an account each, the engine silent since a while but once heard of."""
    return build_world(tmp_path)


def build_world(tmp_path: Path, *, vault: Callable[[Wire], Vault] | None = None, **more: Any) -> World:
    """The fixture's world; `vault` makes one on its store, `more` are dependencies beside those it always has."""
    clock, wire = HandClock(), MemoryWire()
    documents, tokens, snapshots = documents_on(wire, clock), KnownTokens(), HeldSnapshot()
    furnish(documents, ASHA, ASHAS, "")
    furnish(documents, BELA, BELAS, "-b")
    snapshots.write(snapshot_of(ASHA, ASHAS, clock.now()))
    web_dir = tmp_path / "web"
    client = ClientConfig(
        "demo-test", "key", "demo-test.firebaseapp.com", "127.0.0.1:9099", "127.0.0.1:8080",
        DemoSignIn("demo@example.com", "let me in"),
    )  # fmt: skip
    deps = ApiDependencies(documents, snapshots, tokens, clock, web_dir, client, owner_uid=ASHA, **more)
    if vault is not None:
        deps = replace(deps, vault=vault(wire))
    app = create_app(deps)
    clock.elapsed_s = 3600.0
    return World(app, wire, documents, clock, tokens, snapshots, web_dir)
