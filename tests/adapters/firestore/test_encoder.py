"""What we encode by hand is what Google's own client reads back, and the channel behaves as the relay relies on."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import add_set, commit_request, name_of, path_of
from engine.adapters.firestore.paths import segments_of
from engine.adapters.firestore.wire import GrpcWire
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from local.firestore import FirestoreEmulator

Values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  given a zone
    lambda inner: (
        st.lists(inner.filter(lambda value: not isinstance(value, list)), max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture
def wire(firestore_emulator: FirestoreEmulator, firestore_project: str) -> Iterator[GrpcWire]:
    wire = connect(firestore_project, firestore_emulator.host)
    yield wire
    wire.close()


@given(fields=st.dictionaries(st.sampled_from(["a", "B_1", "M&M", "0915", "a`b\\c", "é"]), Values, min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_fields_are_read_back_by_the_library_as_they_went_in(
    wire: GrpcWire, firestore_client: Client, fields: dict[str, Any]
) -> None:
    request = commit_request(wire.database)
    request.writes.add().delete = name_of(wire.database, "tests", "any")
    add_set(request, name_of(wire.database, "tests", "any"), fields)
    wire.commit(request)
    assert firestore_client.collection("tests").document("any").get().to_dict() == fields
    (document,) = wire.get([name_of(wire.database, "tests", "any")])
    assert document_fields(document) == {**fields, "id": "any"}


def test_a_slot_of_a_map_is_set_and_its_neighbours_stay(wire: GrpcWire, firestore_client: Client) -> None:
    for slot in ("0915", "M&M_0916", "a.b"):
        request = commit_request(wire.database)
        add_set(request, name_of(wire.database, "tests", "day"), {("bars", slot): {"o": 1.5}, "day": "2026-01-05"})
        wire.commit(request)
    document = firestore_client.collection("tests").document("day").get().to_dict()
    assert document == {"day": "2026-01-05", "bars": {slot: {"o": 1.5} for slot in ("0915", "M&M_0916", "a.b")}}


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3))
def test_a_field_path_is_read_as_it_was_written(segments: list[str]) -> None:
    assert list(segments_of(path_of(tuple(segments)))) == segments


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, datetime(2026, 1, 5)])  # noqa: DTZ001  a naive one
def test_what_firestore_has_no_value_for_is_refused(value: Any) -> None:
    with pytest.raises(PermanentFailure):
        add_set(commit_request("d"), "n", {"a": value})


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        wire = connect("demo-nobody", f"127.0.0.1:{nobody.getsockname()[1]}")
        clock = SystemClock()
        began = clock.monotonic()
        with pytest.raises(OutcomeUnknown, match="UNAVAILABLE"):
            wire.get([name_of(wire.database, "leases", "ping")])
        assert clock.monotonic() - began < 60
        wire.close()


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        wire = connect("demo-silent", f"127.0.0.1:{silent.getsockname()[1]}")
        clock = SystemClock()
        began = clock.monotonic()
        with pytest.raises(OutcomeUnknown):
            wire.commit(commit_request(wire.database), timeout_s=0.5)
        assert clock.monotonic() - began < 60
        wire.close()


def test_no_module_here_opens_anything_when_it_is_made() -> None:
    wire = connect("demo-lazy", "127.0.0.1:1")
    assert wire._channel is None
    assert wire.database == "projects/demo-lazy/databases/(default)"
