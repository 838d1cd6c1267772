"""The audit log as a file: a first line that says what it is of, then an entry a line, oldest first. Used by audit.py.

The first line keeps which entries the file has and what the account said its newest was, so that a file that was
shortened is told from a whole one.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from engine.domain.errors import InvalidValue
from engine.domain.instant import Instant, iso
from engine.domain.records.audit import AuditHead, AuditRecord
from engine.ports import Fields
from engine.research.audit_check import entry_in
from engine.research.whole_file import whole_file

FORMAT = 1
_HEAD_NEEDED = ("lockstep_audit", "account_id", "first", "last", "head_number", "head_hash")
_NAMES = ("number", "actor", "action", "subject", "before", "after", "previous_hash", "hash", "account_id")


@dataclass(frozen=True, slots=True)
class Export:
    """What a file is of. `first` and `last` are the numbers it has; last is first - 1 for none."""

    account_id: str
    head: AuditHead | None
    since: Instant | None = None
    until: Instant | None = None
    first: int = 1
    last: int = 0


def write_export(out: Path, export: Export, pages: Iterable[list[Fields]]) -> int:
    """Write what `pages` (newest first) has of the export's time; how many entries. Replaces `out` once all is there.

    Raises InvalidValue for a document that is no entry, OperatingError where the file can't be written.
    """
    blocks: list[tuple[int, int]] = []
    numbers: list[int] = []
    with tempfile.TemporaryFile() as spool:
        for page in pages:
            entries = [_stored(row) for row in page]
            over = export.since is not None and any(entry.at < export.since for entry in entries)
            chosen = [entry for entry in entries if _within(entry, export)]
            if chosen:
                block = "".join(_line(entry) for entry in reversed(chosen)).encode()
                blocks.append((spool.tell(), len(block)))
                spool.write(block)
                numbers += [chosen[0].number, chosen[-1].number]
            if over:
                break
        first = min(numbers, default=1)
        return _put_together(out, _first_line(export, first, max(numbers, default=first - 1)), blocks, spool)


def _put_together(out: Path, first_line: str, blocks: list[tuple[int, int]], spool: BinaryIO) -> int:
    """The blocks in reverse, oldest first, behind the first line; how many lines they have."""
    count = 0
    with whole_file(out) as file:
        file.write(first_line)
        for start, length in reversed(blocks):
            spool.seek(start)
            block = spool.read(length)
            count += block.count(b"\n")
            file.write(block.decode())
    return count


def _within(entry: AuditRecord, export: Export) -> bool:
    return (export.since is None or entry.at >= export.since) and (export.until is None or entry.at <= export.until)


def _stored(row: Fields) -> AuditRecord:
    try:
        return entry_in(row)
    except ValueError as error:
        raise InvalidValue(f"audit_log/{row['id']}", f"{error}; `audit verify` tells more") from error


def _first_line(export: Export, first: int, last: int) -> str:
    head = export.head
    told = {
        "lockstep_audit": FORMAT,
        "account_id": export.account_id,
        "first": first,
        "last": last,
        "head_number": 0 if head is None else head.number,
        "head_hash": "" if head is None else head.hash,
        "from": None if export.since is None else iso(export.since),
        "to": None if export.until is None else iso(export.until),
    }
    return json.dumps(told) + "\n"


def _line(entry: AuditRecord) -> str:
    told = {name: getattr(entry, name) for name in _NAMES}
    return json.dumps({**told, "at": iso(entry.at)}, ensure_ascii=False) + "\n"


def read_export(file: Path) -> tuple[Export, Iterator[AuditRecord]]:
    """What a file is of, and its entries as they stand there. Raises InvalidValue naming file, line and what is wrong,
    also while the entries are read; OSError.
    """
    lines = _lines(file)
    _, told = next(lines, (1, None))
    missing = [name for name in _HEAD_NEEDED if told is None or name not in told]
    if told is None or missing:
        raise InvalidValue(f"{file}, line 1", f"is not the first line of an export: it lacks {', '.join(missing)}")
    if told["lockstep_audit"] != FORMAT or not all(
        type(told[name]) is int for name in ("first", "last", "head_number")
    ):
        raise InvalidValue(f"{file}, line 1", "is not the first line of an export of this version")
    account_id = str(told["account_id"])
    head = AuditHead(account_id, told["head_number"], str(told["head_hash"])) if told["head_number"] else None
    return Export(account_id, head, first=told["first"], last=told["last"]), _entries(file, lines)


def _entries(file: Path, lines: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[AuditRecord]:
    for number, row in lines:
        try:
            yield entry_in(row)
        except ValueError as error:
            raise InvalidValue(f"{file}, line {number}", str(error)) from error


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open("rb") as content:
        for number, line in enumerate(content, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode())
            except (ValueError, RecursionError) as error:  # no UTF-8, or no JSON
                raise InvalidValue(f"{file}, line {number}", f"is no JSON: {error}") from error
            if not isinstance(row, dict):
                raise InvalidValue(f"{file}, line {number}", "is no JSON object")
            yield number, row
