"""`lockstep audit`: a real log verified in the store and as a file; whatever is done to either is found."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.cli import audit
from engine.domain.errors import CannotStart, InvalidValue
from engine.domain.instant import iso, moment_of
from engine.domain.records import AccountRecord
from engine.ports import Pending
from engine.simulation.clock import ManualClock
from tests.builders.audited import ACCOUNT, chain, head_of
from tests.builders.paper import account
from tests.cli.command import lockstep
from tests.outbox.sample_records import sample

LOG = chain(450)  # three pages
Change = Callable[[FirestoreDocuments], None]


def store() -> FirestoreDocuments:
    """An account with a log, as the relay writes it."""
    wire, clock = MemoryWire(), ManualClock()
    lease = FirestoreLease(wire, clock)
    records = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
    grant = lease.acquire(account(), "here", "a.journal", old_holder_dead=True)
    told = [sample(AccountRecord, account_id=ACCOUNT), *LOG, head_of(LOG)]
    pending = [Pending(row, row, record, 100) for row, record in enumerate(told, start=1)]
    for first in range(0, len(pending), 100):
        records.commit(grant, pending[first : first + 100])
    return FirestoreDocuments(wire, clock, lambda: 0.5)


def run(documents: FirestoreDocuments | None, *words: object) -> tuple[int, str]:
    """Run the command on documents that a test gives it; its exit code and what it printed."""
    parser = argparse.ArgumentParser()

    def opened() -> FirestoreDocuments:
        assert documents is not None, "the store is not to be asked"
        return documents

    audit.add_parser(parser.add_subparsers(), opened)
    arguments = parser.parse_args(["audit", *map(str, words)])
    out = io.StringIO()
    with redirect_stdout(out):
        code = arguments.run(arguments)
    return code, out.getvalue()


def exported(folder: Path, *words: object) -> list[str]:
    """The lines of an export."""
    code, _ = run(store(), "export", "--account", ACCOUNT, "--out", folder / "log.jsonl", *words)
    assert code == 0
    return (folder / "log.jsonl").read_text().splitlines()


def verified(folder: Path, lines: list[str]) -> dict[str, Any]:
    """What `verify --file` says of these lines."""
    file = folder / "changed.jsonl"
    file.write_text("\n".join(lines) + "\n")
    code, out = run(None, "verify", "--file", file, "--json")
    told: dict[str, Any] = json.loads(out)
    assert code == (0 if told["whole"] else 1)
    return told


def kinds(told: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["number"], one["what"]) for one in told["findings"]]


def change(fields: dict[str, Any], number: int) -> Change:
    """Somebody writes over an entry in the store."""

    def work(documents: FirestoreDocuments) -> None:
        documents.change(ACCOUNT, lambda t: t.update("audit_log", LOG[number - 1].hash, dict(fields)) or {})  # type: ignore[func-returns-value]

    return work


def test_a_log_as_it_was_written_verifies() -> None:
    code, out = run(store(), "verify", "--account", ACCOUNT)
    assert (code, out) == (
        0, "paper-test: 450 entries read, 1 to 450: each is as it was written, and follows the one before it.\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        (change({"actor": "nobody"}, 300), [(300, "changed")]),
        (change({"number": 301}, 300), [(300, "missing"), (301, "changed"), (301, "fork")]),
        (change({"after": {"n": 1}}, 300), [(300, "missing"), (300, "unreadable")]),
        (change({"user_id": "somebody"}, 300), [(300, "missing")]),
        (change({"user_id": "somebody"}, 450), [(450, "tail")]),
        (change({"user_id": "somebody"}, 1), [(1, "beginning")]),
    ],
)
def test_what_was_done_to_the_store_is_found(tampering: Change, says: list[tuple[int, str]]) -> None:
    documents = store()
    tampering(documents)
    code, out = run(documents, "verify", "--account", ACCOUNT, "--json")
    assert code == 1
    assert kinds(json.loads(out)) == says


def test_what_is_wrong_is_said_in_words() -> None:
    documents = store()
    change({"actor": "nobody"}, 300)(documents)
    code, out = run(documents, "verify", "--account", ACCOUNT)
    assert code == 1
    assert out.splitlines()[1:] == [
        "  entry 300 its content is not what its hash was made of (changed)",
        "1 finding: the log is not as it was written.",
    ]


def test_an_export_is_the_log_oldest_first_and_verifies_by_itself(tmp_path: Path) -> None:
    lines = exported(tmp_path)
    assert [json.loads(line)["number"] for line in lines[1:]] == list(range(1, 451))
    assert json.loads(lines[0]) == {
        "lockstep_audit": 1, "account_id": ACCOUNT, "first": 1, "last": 450, "head_number": 450,
        "head_hash": LOG[-1].hash, "from": None, "to": None,
    }  # fmt: skip
    assert verified(tmp_path, lines)["whole"]


def test_a_part_of_the_log_is_exported_by_time_and_verifies(tmp_path: Path) -> None:
    zone = timedelta(hours=5, minutes=30)
    since = (moment_of(LOG[99].at) + zone).replace(tzinfo=None).isoformat() + "+05:30"
    lines = exported(tmp_path, "--from", since, "--to", iso(LOG[348].at))
    assert [json.loads(line)["number"] for line in lines[1:]] == list(range(100, 350))
    assert verified(tmp_path, lines)["whole"]
    assert kinds(verified(tmp_path, [lines[0], *lines[2:]])) == [(100, "beginning")]
    assert kinds(verified(tmp_path, lines[:-1])) == [(349, "tail")]


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        (lambda lines: [*lines[:7], lines[7].replace("engine", "broker"), *lines[8:]], [(7, "changed")]),
        (lambda lines: [*lines[:7], *lines[8:]], [(7, "missing")]),
        (lambda lines: [*lines[:7], lines[8], lines[7], *lines[9:]], [(7, "reordered")]),
        (lambda lines: [*lines[:8], lines[7], *lines[8:]], [(7, "fork")]),
        (lambda lines: lines[:-3], [(448, "tail")]),
        (lambda lines: [lines[0], *lines[2:]], [(1, "beginning")]),
        (lambda lines: lines[:1], [(1, "tail")]),
    ],
)
def test_what_was_done_to_a_file_is_found(
    tmp_path: Path, tampering: Callable[[list[str]], list[str]], says: list[tuple[int, str]]
) -> None:
    assert kinds(verified(tmp_path, tampering(exported(tmp_path)))) == says


@pytest.mark.parametrize(
    ("line", "content", "says"),
    [
        (3, "{broken", r"line 3: is no JSON"),
        (3, "[1]", r"line 3: is no JSON object"),
        (3, '{"number": 2}', r"line 3: lacks account_id"),
        (1, "", r"line 1: is not the first line of an export: it lacks lockstep_audit"),
        (1, '{"lockstep_audit": 2, "account_id": "a", "first": 1, "last": 1, "head_number": 1, "head_hash": ""}',
         r"line 1: is not the first line of an export of this version"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_line_and_reason(tmp_path: Path, line: int, content: str, says: str) -> None:
    lines = exported(tmp_path)
    lines[line - 1] = content
    with pytest.raises(InvalidValue, match=says):
        verified(tmp_path, lines)


def test_a_file_that_is_empty_or_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    for content in (b"", b"\xff\xfe", b"[" * 100_000):
        file.write_bytes(content)
        ran = lockstep("audit", "verify", "--file", file)
        assert (ran.code, ran.out) == (2, "")
        assert "line 1" in ran.err
    ran = lockstep("audit", "verify", "--file", tmp_path / "none.jsonl")
    assert (ran.code, ran.out) == (1, "")
    assert "none.jsonl" in ran.err


def test_an_account_of_another_name_or_none_is_said(tmp_path: Path) -> None:
    exported(tmp_path)
    with pytest.raises(InvalidValue, match="is of paper-test, not of paper-other"):
        run(None, "verify", "--file", tmp_path / "log.jsonl", "--account", "paper-other")
    with pytest.raises(CannotStart, match="no account 'paper-other'"):
        run(store(), "verify", "--account", "paper-other")
    ran = lockstep("audit", "verify")
    assert (ran.code, ran.out) == (2, "")
    assert "--account" in ran.err


def test_an_export_that_fails_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("before")
    documents = store()
    change({"after": {"n": 1}}, 300)(documents)
    with pytest.raises(InvalidValue, match="after is no map of texts"):
        run(documents, "export", "--account", ACCOUNT, "--out", file)
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_help_has_an_example() -> None:
    for words in (("audit",), ("audit", "verify"), ("audit", "export")):
        ran = lockstep(*words, "--help")
        assert ran.code == 0
        assert "lockstep audit verify --account paper-demo" in ran.out


def test_an_account_of_before_the_log_is_whole(tmp_path: Path) -> None:
    wire, clock = MemoryWire(), ManualClock()
    lease = FirestoreLease(wire, clock)
    grant = lease.acquire(account(), "here", "a.journal", old_holder_dead=True)
    record = sample(AccountRecord, account_id=ACCOUNT)
    FirestoreRecordStore(wire, lease, clock, lambda symbol: 2).commit(grant, [Pending(1, 1, record, 100)])
    documents = FirestoreDocuments(wire, clock, lambda: 0.5)
    assert run(documents, "verify", "--account", ACCOUNT) == (0, "paper-test: no entries yet\n")
    assert run(documents, "export", "--account", ACCOUNT, "--out", tmp_path / "none.jsonl")[0] == 0
    assert kinds(verified(tmp_path, (tmp_path / "none.jsonl").read_text().splitlines())) == []
