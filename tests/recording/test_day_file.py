"""The file of a day: what is written is read, a torn end is known, damage and other versions are one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.effects import CancelOrder
from engine.domain.errors import DataError
from engine.domain.events import ClockTicked, Event
from engine.domain.market import Tick
from engine.recording.day_file import DayHeader, DayReader, DayWriter
from engine.recording.steps import RUN_MAX, Packer, unpack
from tests.builders.paper import account

HEADER = DayHeader(account(), "2026-03-02", 7, 0, protects=True, code="test")
ticks = st.builds(
    Tick, st.sampled_from(["ACME", "BOLT", "M&M"]), st.integers(0, 2**60), st.integers(0, 2**50),
    st.floats(0, 1e12, allow_nan=False),
)  # fmt: skip


@given(st.lists(st.one_of(ticks, st.builds(ClockTicked, st.integers(0, 2**60)))))
def test_events_come_back_in_their_order_whatever_lies_between_them(events: list[Event]) -> None:
    packer = Packer()
    for event in events:
        packer.take_event(event)
    block = packer.block()
    assert [step.event for step in unpack([block or b"\x90"])] == events


def test_a_long_run_of_ticks_is_packed_in_pieces_and_comes_back_whole() -> None:
    packer = Packer()
    run = [Tick("ACME", 1_000 * number, 50_000 + number % 7, number / 4) for number in range(2 * RUN_MAX + 500)]
    for tick in run:
        packer.take_event(tick)
    assert [step.event for step in unpack([packer.block() or b""])] == run


def test_a_block_may_end_between_an_event_and_what_was_decided_of_it(tmp_path: Path) -> None:
    """The recorder looks while the engine is still at it: seen in one day of many, which could not be read at all."""
    packer = Packer()
    packer.take_event(ClockTicked(60_000_000))
    first = packer.block()
    packer.take_effects([CancelOrder("ORDER", 60_000_000, "too late")])
    packer.take_event(ClockTicked(120_000_000))
    second = packer.block()
    writer = DayWriter(tmp_path / "a.day", HEADER)
    for block in (first, second):
        writer.write(block or b"")
    writer.close()
    steps = list(DayReader(tmp_path / "a.day").steps())
    assert [step.event for step in steps] == [ClockTicked(60_000_000), ClockTicked(120_000_000)]
    assert [[decision.kind for decision in step.decisions] for step in steps] == [["CancelOrder"], []]


def written(path: Path, frames: int = 3) -> Path:
    writer = DayWriter(path, HEADER)
    for number in range(frames):
        packer = Packer()
        packer.take_event(Tick("ACME", 1_000 * number, 50_000 + number, 1.0))
        writer.write(packer.block() or b"")
    writer.close()
    return path


def test_a_day_is_read_as_it_was_written(tmp_path: Path) -> None:
    reader = DayReader(written(tmp_path / "a.day"))
    assert reader.header == HEADER
    assert [step.event.price for step in reader.steps()] == [50_000, 50_001, 50_002]  # type: ignore[union-attr]
    assert not reader.cut


def test_a_file_cut_at_any_byte_reads_up_to_its_last_whole_frame(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.day").read_bytes()
    counts = []
    torn = tmp_path / "torn.day"
    header = len(whole) - 1
    for length in range(len(whole) - 1, 0, -1):
        torn.write_bytes(whole[:length])
        try:
            counts.append(len(list(DayReader(torn).steps())))
        except DataError:
            header = length
            break
    torn.write_bytes(whole[:header])
    with pytest.raises(DataError, match="it ends before its header"):
        DayReader(torn)
    assert set(counts) == {0, 1, 2}
    assert counts == sorted(counts, reverse=True)


def test_a_changed_byte_is_found_and_its_place_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.day")
    broken = bytearray(path.read_bytes())
    broken[-3] ^= 0x40
    path.write_bytes(bytes(broken))
    with pytest.raises(DataError, match=r"a\.day: damaged at byte \d+"):
        list(DayReader(path).steps())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"LOCKSTEP-DAY 2\nwhatever", "is recorded in format 2, and this version reads 1"),
        (b"timestamp,ltp,volume\n", "is no recorded day"),
        (b"", "is no recorded day"),
        (b"LOCKSTEP-DAY 1\n", "it ends before its header"),
    ],
)
def test_another_version_or_no_recording_at_all_is_one_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.day"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        DayReader(path)


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        DayWriter(written(tmp_path / "a.day"), HEADER)
