"""The simulated disk: what was put and nobody waited for dies with the process, as with the real journal's writer."""

from __future__ import annotations

import pytest

from engine.domain.effects import PublishRecord
from engine.domain.records import PositionFlat
from engine.proof.chance import CALM, Chance, Faults
from engine.proof.occasions import Crashed, Occasions, WorldClock
from engine.proof.storage import Disk

FLAT = [PublishRecord(1, PositionFlat("alpha", "ACME"))]
BESIDE = [PublishRecord(2, PositionFlat("alpha", "BETA"))]


def disk_of(occasions: Occasions | None = None) -> Disk:
    """A disk that a process has begun on."""
    occasions = occasions or Occasions(Chance(1), CALM, traced=False)
    disk = Disk("disk-1", WorldClock(occasions), occasions)
    disk.open("engine-1")
    return disk


def kept(disk: Disk) -> list[PublishRecord]:
    """What the next process finds."""
    disk.open("engine-2")
    assert len(disk.pending(0, 10, 10_000)) == len(disk.seen)
    return disk.seen


def test_what_nobody_waited_for_dies_with_the_process() -> None:
    disk = disk_of()
    disk.put(FLAT)
    assert kept(disk) == []


def test_what_somebody_waited_for_is_there_afterwards() -> None:
    disk = disk_of()
    disk.put(FLAT)
    assert disk.flush(1.0)
    disk.put(BESIDE)
    assert kept(disk) == FLAT


def test_what_came_before_is_there_once_more_is_put() -> None:
    disk = disk_of()
    disk.put(FLAT)
    disk.put(BESIDE)
    assert kept(disk) == FLAT


def test_who_reads_on_reads_all_that_was_put() -> None:
    disk = disk_of()
    disk.put(FLAT)
    assert [item.record for item in disk.pending(0, 10, 10_000)] == [FLAT[0].record]


def test_a_process_that_dies_as_it_writes_leaves_what_it_wrote() -> None:
    occasions = Occasions(Chance(1), CALM, traced=False)
    disk = disk_of(occasions)
    disk.put(FLAT)
    occasions.faults = Faults(crash=1.0)
    with pytest.raises(Crashed):
        disk.flush(1.0)
    occasions.faults = CALM
    assert kept(disk) == FLAT
