"""The recorded days of an account in one folder: `2026-03-02-000012-000.day` is its day, its run, its part of the run.

A run is an engine's life. Its first file begins with what the account was recovered from, so a run's files replay by
themselves: a later day of the same run needs the ones before it, since its state is theirs. So a run is dropped whole,
or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import DataError

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{6,})-(\d{3,})\.day")


@dataclass(frozen=True, slots=True)
class Part:
    """A file by its name."""

    path: Path
    day: str
    run: int
    part: int


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept: trading days, the newest ones, and bytes of all runs together."""

    days: int
    bytes_max: int


def part_path(folder: Path, day: str, run: int, part: int) -> Path:
    """Where a part belongs."""
    return folder / f"{day}-{run:06d}-{part:03d}.day"


def parts_in(folder: Path) -> list[Part]:
    """All there are, by run and part."""
    found = [(path, _NAME.fullmatch(path.name)) for path in folder.glob("*.day")]
    parts = [Part(path, match[1], int(match[2]), int(match[3])) for path, match in found if match is not None]
    return sorted(parts, key=lambda part: (part.run, part.part))


def free_run(folder: Path, run: int) -> int:
    """This number, or the next that is newer than all there are: epochs begin anew where the store was emptied."""
    return max([run, *(part.run + 1 for part in parts_in(folder))])


def run_up_to(path: Path) -> list[Path]:
    """The files of a day's run, from the first to this one. Raises DataError where one of them is gone.

    A file under another name is taken for a run's first.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        return [path]
    run, number = int(match[2]), int(match[3])
    earlier = {part.part: part.path for part in parts_in(path.parent) if part.run == run and part.part < number}
    for wanted in range(number):
        if wanted not in earlier:
            raise DataError(str(path), f"goes on from part {wanted} of run {run}, which is not in its folder any more")
    return [*(earlier[wanted] for wanted in range(number)), path]


def drop_old(folder: Path, keep: Keep, run: int) -> int:
    """Drop runs that no kept day needs, then the oldest while there is too much; never the present `run`.

    Returns the bytes that are left. Raises OSError.
    """
    parts = parts_in(folder)
    kept_days = set(sorted({part.day for part in parts})[-keep.days :])
    sizes: dict[int, int] = {}
    newest: dict[int, str] = {}
    for part in parts:
        sizes[part.run] = sizes.get(part.run, 0) + part.path.stat().st_size
        newest[part.run] = max(newest.get(part.run, ""), part.day)
    left = sum(sizes.values())
    for number in sorted(sizes):
        if number != run and (newest[number] not in kept_days or left > keep.bytes_max):
            for part in parts:
                if part.run == number:
                    part.path.unlink()
            left -= sizes[number]
    return left
