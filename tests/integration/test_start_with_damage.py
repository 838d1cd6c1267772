"""A journal that the disk has damaged does not keep the engine from starting, and a person is told. Real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fake_firestore import FakeFirestore
from tests.integration.engine_process import await_that, engine_process
from tests.integration.service_process import ACCOUNT

PROJECT = "demo-fake"
PAGE_BYTES = 4096


@pytest.fixture
def fake() -> Iterator[FakeFirestore]:
    fake = FakeFirestore(PROJECT)
    yield fake
    fake.stop()


def test_the_start_goes_on_and_the_damage_is_an_alert_in_firestore(fake: FakeFirestore, tmp_path: Path) -> None:
    with engine_process(fake.host, PROJECT, tmp_path) as engine:
        await_that(lambda: bool(fake.applied_to("accounts", ACCOUNT)), 60, engine, "the account is in the store")
        assert engine.end() == 0
    journal = tmp_path / f"{ACCOUNT}.journal"
    with journal.open("r+b") as file:
        file.seek(2 * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))
    before = len(fake.applied)
    with engine_process(fake.host, PROJECT, tmp_path) as engine:
        await_that(lambda: bool(alerts(fake, before)), 60, engine, "the alert is in the store")
        assert engine.end() == 0
    (told,) = {json.dumps([fields["severity"], fields["text"]]) for fields in alerts(fake, before)}
    severity, text = json.loads(told)
    assert severity == "critical"
    assert f"{journal.name} was damaged" in text
    assert (tmp_path / f"{journal.name}.damaged-1").exists()
    assert "Traceback" not in engine.told()


def alerts(fake: FakeFirestore, after: int) -> list[dict[str, object]]:
    """The alerts about the journal among the writes after the first so many."""
    return [
        write.fields
        for write in fake.applied[after:]
        if write.collection == "alerts" and write.fields.get("kind") == "journal_damaged"
    ]
