"""A text file that is there whole or not at all. Used by whatever of research/ and cli/ writes files for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from engine.domain.errors import OperatingError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file to write into, which takes its place at the end; until then, and after a failure, what was there stays.

    Makes the folder where there is none. Raises OperatingError naming the file where it can't be written.
    """
    aside = path.with_name(f".{path.name}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w", encoding="utf-8", newline="") as file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise OperatingError(f"{path} can't be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
