"""An audit log that was tampered with is found out, whichever way it is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.records.audit import AuditHead, AuditRecord, hash_of
from engine.research.audit_check import AuditCheck, entry_in
from tests.builders.audited import ACCOUNT, chain, checked, entry, head_of

LOG = chain(9)
BOTH_WAYS = pytest.mark.parametrize("newest_first", [False, True])


def told(log: list[AuditRecord], head: AuditHead | None = None, *, newest_first: bool = False) -> list[tuple[int, str]]:
    """Number and kind of each finding, of a log given oldest first."""
    given = list(reversed(log)) if newest_first else log
    found = checked(given, head or head_of(LOG), newest_first=newest_first)
    return [(one.number, one.what) for one in found]


@BOTH_WAYS
def test_a_log_as_it_was_written_has_nothing_to_find(newest_first: bool) -> None:
    assert told(LOG, newest_first=newest_first) == []


@BOTH_WAYS
@pytest.mark.parametrize(
    "change", [{"actor": "broker"}, {"subject": "X"}, {"after": {"n": "e"}}, {"before": {"a": "b"}}, {"at": 5}]
)
def test_a_changed_entry_is_named(newest_first: bool, change: dict[str, object]) -> None:
    changed = replace(LOG[4], **change)
    assert told([*LOG[:4], changed, *LOG[5:]], newest_first=newest_first) == [(5, "changed")]


@BOTH_WAYS
def test_a_changed_entry_with_a_new_hash_no_longer_ties_with_the_next(newest_first: bool) -> None:
    changed = replace(LOG[4], actor="broker")
    changed = replace(changed, hash=hash_of(changed))
    assert told([*LOG[:4], changed, *LOG[5:]], newest_first=newest_first) == [(6, "unlinked")]


@BOTH_WAYS
def test_a_log_made_anew_from_an_entry_on_is_not_what_the_account_says(newest_first: bool) -> None:
    forged = LOG[:4]
    for number in range(5, 10):
        forged = [*forged, entry(number, forged[-1].hash, actor="broker")]
    assert told(forged, newest_first=newest_first) == [(9, "head")]


@BOTH_WAYS
@given(gone=st.sets(st.integers(1, 9), min_size=1, max_size=8))
def test_every_missing_entry_is_within_a_finding(newest_first: bool, gone: set[int]) -> None:
    left = [one for one in LOG if one.number not in gone]
    given = list(reversed(left)) if newest_first else left
    found = checked(given, head_of(LOG), newest_first=newest_first)
    starts = [number for number in sorted(gone) if number - 1 not in gone]
    assert [one.number for one in found] == starts
    assert {one.what for one in found} <= {"missing", "beginning", "tail"}


@BOTH_WAYS
def test_a_cut_off_tail_is_found_by_the_accounts_newest(newest_first: bool) -> None:
    assert told(LOG[:6], newest_first=newest_first) == [(7, "tail")]
    assert told([], newest_first=newest_first) == [(1, "tail")]


@BOTH_WAYS
def test_two_entries_of_one_number_are_a_fork(newest_first: bool) -> None:
    other = entry(6, LOG[4].hash, actor="broker")
    assert told([*LOG[:6], other, *LOG[6:]], newest_first=newest_first) == [(6, "fork")]


def test_an_entry_that_stands_elsewhere_is_reordered_and_not_missing() -> None:
    assert told([*LOG[:3], *LOG[4:7], LOG[3], *LOG[7:]]) == [(4, "reordered")]
    assert told([LOG[1], LOG[0], *LOG[2:]]) == [(1, "reordered")]


def test_an_entry_of_another_account_is_found() -> None:
    foreign = entry(5, LOG[3].hash, account_id="paper-other")
    assert (5, "changed") in told([*LOG[:4], foreign, *LOG[5:]])


def test_entries_written_while_it_is_read_are_no_tail() -> None:
    assert told(LOG, head_of(LOG[:7])) == []
    assert told(LOG, AuditHead(ACCOUNT, 7, "another")) == [(7, "head")]


def test_a_log_whose_account_says_nothing_of_it_is_not_called_whole() -> None:
    assert [one.what for one in checked(LOG, None)] == ["head"]
    assert checked([], None) == []


def test_a_part_is_whole_from_its_first_to_its_last() -> None:
    part = AuditCheck(ACCOUNT, head_of(LOG), newest_first=False, first=4, last=6)
    for one in LOG[3:6]:
        part.take(one)
    assert part.end() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hash": 5}, "hash is no text"), ({"number": "5"}, "number"), ({"number": True}, "number"),
        ({"before": {"a": 1}}, "before is no map of texts"), ({"at": 7}, "at is no time"),
        ({"at": "2026-03-02T10:00"}, "no time zone"), ({"at": "soon"}, "Invalid isoformat"),
    ],
)  # fmt: skip
def test_what_is_no_entry_says_why(change: dict[str, object], says: str) -> None:
    row = {name: getattr(LOG[0], name) for name in LOG[0].__slots__} | {"at": "2026-03-02T10:00:00Z"}
    assert entry_in(row).number == 1
    with pytest.raises(ValueError, match=says):
        entry_in({**row, **change})
    with pytest.raises(ValueError, match="lacks subject"):
        entry_in({name: value for name, value in row.items() if name != "subject"})
