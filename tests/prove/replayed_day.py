"""A recorded day through the backtest and through the engine process: the same decisions, id by id. Used by the proofs
of parity, which bring the day and the bots.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.firestore import FirestoreEmulator
from tests.integration.replay import Backtested, assert_same, backtest, replay


def replayed_day(
    emulator: FirestoreEmulator,
    project: str,
    folder: Path,
    day: Path,
    bots: Mapping[str, Any],
    lively: Mapping[str, int],
    note: Callable[[str, object], None],
    speed: float = 0.0,
) -> Backtested:
    """The backtest's result, which the replay's equals. `lively`: how much must happen, or little would be proven."""
    file = folder / "bots.json"
    file.write_text(json.dumps(bots))
    expected = backtest(day, file, folder / "out")
    for name, least in lively.items():
        assert expected.summary[name] >= least, name
        note(name, expected.summary[name])
    began = time.monotonic()
    store = replay(emulator.host, project, folder / "state", day, file, expected.account_id, speed=speed, within_s=600)
    assert_same(store, expected)
    note("replay_seconds", round(time.monotonic() - began, 1))
    note("ticks", expected.summary["ticks"])
    note("decisions_digest", expected.summary["decisions_digest"])
    return expected
