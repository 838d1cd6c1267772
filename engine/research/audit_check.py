"""Whether an audit log is as it was written: nothing changed, missing, reordered or added, no end cut off.

Fed by cli/audit with entries from the store (newest first) or from an export (oldest first), one at a time: a log of
any length is checked in the memory of a few entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.domain.instant import Instant, instant_of
from engine.domain.records.audit import AuditHead, AuditRecord, hash_of

_TEXTS = ("account_id", "actor", "action", "subject", "previous_hash", "hash")
_MAPS = ("before", "after")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: `what` is changed, unlinked, missing, reordered, fork, tail, beginning, head or unreadable."""

    number: int
    what: str
    words: str


def entry_in(row: Mapping[str, Any]) -> AuditRecord:
    """The entry of a document, or of a line of an export. Raises ValueError saying what is wrong with it."""
    missing = [name for name in (*_TEXTS, *_MAPS, "number", "at") if name not in row]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    for name in _TEXTS:
        if not isinstance(row[name], str):
            raise ValueError(f"{name} is no text")
    if type(row["number"]) is not int or row["number"] < 1:
        raise ValueError("number is no whole number from 1 on")
    for name in _MAPS:
        if not isinstance(row[name], Mapping) or not all(isinstance(value, str) for value in row[name].values()):
            raise ValueError(f"{name} is no map of texts")
    texts: dict[str, Any] = {name: row[name] for name in _TEXTS}
    maps: dict[str, Any] = {name: dict(row[name]) for name in _MAPS}
    return AuditRecord(number=row["number"], at=_instant(row["at"]), **texts, **maps)


def _instant(value: Any) -> Instant:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("at is no time")
    return instant_of(value)


@dataclass(slots=True)
class AuditCheck:
    """Takes entries one way, in order; `end` says what was found.

    `first`: the number that must come first (of an export of a part, where it was cut); `head`: what the account says
    its newest entry is, None where nobody says.
    """

    account_id: str
    head: AuditHead | None
    newest_first: bool
    first: int = 1
    last: int | None = None
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    lowest: int | None = None
    highest: int | None = None
    _now: list[AuditRecord] = field(default_factory=list)  # the entries of one number: more than one is a fork
    _before: list[AuditRecord] = field(default_factory=list)  # those of the number that came before it
    _gaps: list[tuple[int, int]] = field(default_factory=list)
    _strays: set[int] = field(default_factory=set)
    _head_seen: bool = False

    def take(self, entry: AuditRecord) -> None:
        """The next entry."""
        self.entries += 1
        number = entry.number
        if entry.account_id != self.account_id:
            self._find(number, "changed", f"is of account {entry.account_id}")
        elif hash_of(entry) != entry.hash:
            self._find(number, "changed", "its content is not what its hash was made of")
        if self.head is not None and (number, entry.hash) == (self.head.number, self.head.hash):
            self._head_seen = True
        last = self._now[-1].number if self._now else None
        step = 1 if last is None else last - number if self.newest_first else number - last
        if step < 0:
            self._find(number, "reordered", f"stands after entry {last}")
            self._strays.add(number)
            return
        self.lowest = number if self.lowest is None else min(self.lowest, number)
        self.highest = number if self.highest is None else max(self.highest, number)
        if step == 0:
            same = any(known.hash == entry.hash for known in self._now)
            self._find(number, "fork", "is there twice" if same else "there are two different entries of this number")
            self._now.append(entry)
            return
        self._close()
        if last is not None and step > 1:
            self._gaps.append((min(last, number) + 1, max(last, number) - 1))
        self._now = [entry]

    def unreadable(self, number: int, words: str) -> None:
        """Something stands there that is no entry."""
        self._find(number, "unreadable", words)

    def end(self) -> list[Finding]:
        """No more entries come: everything found, by number."""
        self._close()
        self._close_beginning()
        self._close_end()
        for low, high in self._gaps:
            self._miss(low, high, "missing", "")
        return sorted(self.findings, key=lambda finding: (finding.number, finding.what))

    def _close(self) -> None:
        """All entries of a number are there: each newer one must name one of the older."""
        newer, older = (self._before, self._now) if self.newest_first else (self._now, self._before)
        if newer and older and newer[0].number == older[0].number + 1:
            hashes = {entry.hash for entry in older}
            for entry in newer:
                if entry.previous_hash not in hashes:
                    words = f"names another hash than entry {entry.number - 1} has: one of the two was replaced"
                    self._find(entry.number, "unlinked", words)
        for entry in self._now:
            if entry.number == 1 and entry.previous_hash:
                self._find(1, "unlinked", "names an entry before it")
        self._before, self._now = self._now, []

    def _close_beginning(self) -> None:
        if self.lowest is not None and self.lowest > self.first:
            self._miss(self.first, self.lowest - 1, "beginning", " at the beginning")

    def _close_end(self) -> None:
        head, highest = self.head, self.highest or self.first - 1
        until = self.last if self.last is not None else head.number if head is not None else highest
        if highest < until:
            self._miss(highest + 1, until, "tail", " at the end: it is cut off")
        elif head is None:
            if self.entries:
                self._find(highest, "head", "the account does not say which entry is its newest")
        elif head.number <= highest and self.first <= head.number and not self._head_seen:
            self._find(head.number, "head", "is another one than the account says")

    def _miss(self, low: int, high: int, what: str, where: str) -> None:
        """Report a run of numbers as missing, but for those that stood elsewhere."""
        strays = sorted(number for number in self._strays if low <= number <= high)
        for stray in [*strays, high + 1]:
            if low < stray:
                count = stray - low
                named = "is missing" if count == 1 else f"and {count - 1} more, up to {stray - 1}, are missing"
                self._find(low, what, f"{named}{where}")
            low = stray + 1

    def _find(self, number: int, what: str, words: str) -> None:
        self.findings.append(Finding(number, what, words))
