"""The outcomes of a sweep on disk, a line each as soon as it is known. Fed by search; a sweep that goes on reads it.

trials.jsonl begins with a line that says what the sweep is of. A search is deterministic, so going on is searching
again from the beginning with these answers at hand: the same trials are asked for, and those here are not run again.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.domain.errors import InvalidValue, OperatingError
from engine.research.sweep.source import source_digest
from engine.research.sweep.trial import Job, Outcome, Plan

NAME = "trials.jsonl"


class TrialLog:
    """Outcomes by job; new ones are on the disk before `add` returns. Without a folder they are in memory alone."""

    def __init__(self, folder: Path | None, plan: Plan, *, resume: bool) -> None:
        """Raises InvalidValue for a folder that holds a sweep already, or to resume one that isn't there or of other
        data, settings or code."""
        self._known: dict[str, Outcome] = {}
        self._descriptor: int | None = None
        if folder is None:
            if resume:
                raise InvalidValue("--resume", "needs --out, the folder of the sweep to go on with")
            return
        path = folder / NAME
        if resume and not path.exists():
            raise InvalidValue("--resume", f"there is no sweep in {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise OperatingError(f"{path}: another sweep is writing it") from None
        try:
            if not resume:
                self._begin_anew(path)
            self._take_up(path, _identity(plan))
        except InvalidValue:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._known)

    def get(self, job: Job) -> Outcome | None:
        """What came of it, where it was run before."""
        return self._known.get(job.key)

    def add(self, job: Job, outcome: Outcome) -> None:
        """Keep an outcome. Raises OSError where the disk is full."""
        self._known[job.key] = outcome
        self._append({"job": job.key, **outcome.as_json()})

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin_anew(self, path: Path) -> None:
        """Refuse to lose outcomes; a log that never got further than its first line is none."""
        assert self._descriptor is not None
        if path.read_bytes().count(b"\n") > 1:
            raise InvalidValue(
                "--out", f"{path.parent} holds a sweep; add --resume to go on with it, or name another folder"
            )
        os.ftruncate(self._descriptor, 0)

    def _take_up(self, path: Path, identity: dict[str, Any]) -> None:
        """Read what is there, cut off a line that was being written when its process died, stand at the end."""
        assert self._descriptor is not None
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        try:
            if lines:
                _check_same(path, json.loads(lines[0]), identity)
            for line in lines[1:]:
                said = json.loads(line)
                self._known[said["job"]] = Outcome.of_json(said)
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, InvalidValue):
                raise
            raise InvalidValue("--resume", f"{path} is damaged: {error}; name another folder") from None
        os.ftruncate(self._descriptor, len(whole))
        os.lseek(self._descriptor, 0, os.SEEK_END)
        if not lines:
            self._append(identity)

    def _append(self, said: dict[str, Any]) -> None:
        if self._descriptor is None:
            return
        line = (json.dumps(said, separators=(",", ":")) + "\n").encode()
        while line:
            line = line[os.write(self._descriptor, line) :]
        os.fsync(self._descriptor)


def _identity(plan: Plan) -> dict[str, Any]:
    """What the outcomes depend on besides the job, as it is read back."""
    common = {name: value for name, value in asdict(plan).items() if name != "own_folder"}
    said: dict[str, Any] = json.loads(json.dumps({"sweep": common, "source": source_digest()}))
    return said


def _check_same(path: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    if found == wanted:
        return
    before, now = found.get("sweep"), wanted["sweep"]
    if not isinstance(before, dict) or before.keys() != now.keys():
        raise InvalidValue("--resume", f"{path} is no sweep of this version; name another folder")
    for name, value in now.items():
        if before[name] != value:
            what = "data" if name == "data_digest" else name
            raise InvalidValue("--resume", f"{path} is a sweep with another {what.replace('_', ' ')}")
    raise InvalidValue("--resume", f"{path} was made by other code than today's; begin anew in another folder")
