"""Our messages of Firestore are those of Google's client, and our channel is opened as the client opens its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import CommitRequest as TheirCommitRequest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from engine.adapters.firestore import messages
from engine.adapters.firestore.client import HOST, SCOPES
from engine.adapters.firestore.messages import DESCRIPTORS, CommitRequest, message
from local.places import ROOT
from tests.adapters.firestore.descriptors import USED, of_the_client


def test_the_descriptors_are_those_of_the_installed_client() -> None:
    kept = FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    again = "python -m tests.adapters.firestore.descriptors writes them anew"
    assert [file.name for file in kept.file] == [file.name for file in of_the_client().file], again
    assert kept == of_the_client(), again


@pytest.mark.parametrize("name", USED)
def test_each_message_that_is_used_is_there_under_its_own_name(name: str) -> None:
    kind: Any = getattr(messages, name)
    assert kind.DESCRIPTOR.full_name == f"google.firestore.v1.{name}"


def test_a_name_that_firestore_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="NoSuchMessage"):
        message("NoSuchMessage")


def test_what_is_written_with_ours_is_read_with_theirs() -> None:
    ours = CommitRequest(database="projects/p/databases/(default)", transaction=b"t")
    write = ours.writes.add()
    write.update.name = f"{ours.database}/documents/orders/1"
    write.update.fields["filled"].timestamp_value.seconds = 5
    write.current_document.exists = False
    theirs = TheirCommitRequest.deserialize(ours.SerializeToString())
    assert TheirCommitRequest.serialize(theirs) == ours.SerializeToString()
    assert theirs.writes[0].update.fields["filled"].timestamp_value.timestamp() == 5


def test_google_is_reached_under_the_host_and_scopes_of_the_client() -> None:
    transport: Any = FirestoreGrpcTransport
    assert (HOST, SCOPES) == (transport.DEFAULT_HOST, transport.AUTH_SCOPES)


SLOW = ("google.cloud", "google.api_core", "google.auth", "requests", "cryptography", "pyarrow", "flask", "smartapi")


def test_an_engine_on_the_demo_loads_nothing_that_only_others_need() -> None:
    rooms = "engine.__main__, engine.bootstrap.engine, engine.bootstrap.own_strategies, engine.bootstrap.demo_market"
    loaded = _loaded(rooms)
    assert [name for name in loaded if name.startswith((*SLOW, "engine.adapters.brokers.angelone", "engine.api"))] == []
    assert "engine.adapters.firestore.wire" in loaded


def test_the_launcher_loads_no_engine() -> None:
    loaded = _loaded("engine.__main__, engine.cli.serve, engine.bootstrap.service")
    ours = ("engine.settings", "engine.ports", "engine.core", "engine.adapters.firestore")
    slow = (*SLOW, *ours, "google", "grpc", "numpy", "structlog")
    assert [name for name in loaded if name.startswith(slow)] == []
    assert "engine.runtime.launcher" in loaded


def _loaded(rooms: str) -> list[str]:
    """All modules that a Python has once it has imported these, in their order by name."""
    words = f"import {rooms}, json, sys; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(ran.stdout)
    return found
