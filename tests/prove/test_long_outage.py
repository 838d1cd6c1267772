"""Firestore away for thirty minutes of the real clock. Run by `make prove ONLY=long-outage`; needs no data.

`make test` runs a day of it by the simulated clock: tests/proof/test_long_outage.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.own_emulator import own_emulator
from tests.integration.long_outage import Outage
from tests.prove.aloud import aloud
from tests.venue.running import running_venue

pytestmark = pytest.mark.prove

MINUTES = 30.0


def test_a_live_account_makes_exits_alone_and_a_paper_one_trades_on_and_nothing_is_lost(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with own_emulator(tmp_path / "logs") as emulator, running_venue() as venue:
        came = Outage(tmp_path, emulator, venue, MINUTES).through(aloud(capsys))
    record_property("minutes", MINUTES)
    for name, value in asdict(came).items():
        record_property(name, str(value))
    assert came.entries_amid == 0
    assert min(came.exits_by_fifth) > 0, f"exits in each fifth of the outage: {came.exits_by_fifth}"
    assert came.paper_fills_amid > 0
    assert came.entries_after > 0
