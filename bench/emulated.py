"""A fresh Firestore emulator, warmed, and the environment of a service on it. Used by the figures of what goes on
beside ticks.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.drain import warm_emulator

PROJECT, OWNER = "demo-bench", "bench"


def environment(host: str, state: Path, **more: str) -> dict[str, str]:
    """What a service, or its engine alone, is told: the store's address, its folder, and `more`."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
    return ours | {
        "LOCKSTEP_ROLE": "engine",
        "LOCKSTEP_OWNER_UID": OWNER,
        "LOCKSTEP_STATE_DIR": str(state),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": host,
        **more,
    }


@contextmanager
def on_emulator(**more: str) -> Iterator[dict[str, str]]:
    """The environment of a service with an emulator and an empty folder of its own, for as long as the block lasts.

    Raises StackError where the emulator can't be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        emulator = warm_emulator(Path(folder))
        try:
            yield environment(emulator.host, Path(folder) / "state", **more)
        finally:
            emulator.stop()
