"""Firestore goes away for real (its emulator is stopped): a live account is dry, and live again only after three good
checks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import LIVE_LIFETIME_S, LIVE_RENEW_S, FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.account import Mode
from engine.domain.effective import EffectiveMode
from engine.domain.instant import SECOND, instant_of
from engine.runtime.mode import Conditions, effective
from engine.runtime.ownership import LIVE_RENEW_AGAIN_S, Hold, Ownership
from engine.runtime.store_probe import StoreProbe
from tests.builders.paper import account
from tests.faults.own_emulator import OwnEmulator, own_emulator

WITHIN_S = 60.0  # that it is dry within three seconds, test_store_probe shows on a clock of its own
SPEC = replace(account(), account_id="live-test", mode=Mode.LIVE)


class Watched:
    """A live account's lease and probe as they run in its process; all else is well."""

    def __init__(self, host: str) -> None:
        self.clock = SystemClock()
        self._wire = connect("demo-away", host)
        lease = FirestoreLease(self._wire, self.clock, LIVE_LIFETIME_S, patience_s=0.0, renew_s=LIVE_RENEW_S)
        grant = lease.acquire(SPEC, "one", "journal", old_holder_dead=True)
        self.hold = Hold(lease, grant)
        self.good = 0
        store = FirestoreRecordStore(self._wire, lease, self.clock, lambda symbol: 2)
        self.probe = StoreProbe(lambda: self._counted(store.ping), self.hold.renewal_late_s, self.clock)
        ownership = Ownership(lease, grant, lambda: None, LIVE_RENEW_AGAIN_S)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=loop, args=(self._stop,), daemon=True) for loop in (ownership.run, self.probe.run)
        ]
        for thread in self._threads:
            thread.start()

    def _counted(self, ping: Callable[[], None]) -> None:
        try:
            ping()
        except Exception:
            self.good = 0
            raise
        self.good += 1

    def mode(self) -> EffectiveMode:
        now = instant_of(self.clock.now())
        return effective(
            Conditions(
                mode="live", now=now, armed_until=now + SECOND, read_only=False, store_healthy=self.probe.healthy(),
                lease_left_s=self.hold.left_s(), broker="connected", reconciled=True, feed="live", kill="",
            )
        )[0]  # fmt: skip

    def until(self, mode: EffectiveMode, within_s: float) -> float:
        """How long it takes until this is effective."""
        began = time.monotonic()
        while self.mode() is not mode:
            assert time.monotonic() - began < within_s, f"not {mode} within {within_s} s"
            time.sleep(0.01)
        return time.monotonic() - began

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        self._wire.close()


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[OwnEmulator]:
    with own_emulator(tmp_path / "logs") as own:
        yield own


def test_while_firestore_is_stopped_the_account_is_dry_and_it_is_back_after_three_good_checks(
    emulator: OwnEmulator,
) -> None:
    watched = Watched(emulator.host)
    try:
        watched.until(EffectiveMode.LIVE, WITHIN_S)
        emulator.suspend()
        watched.until(EffectiveMode.DRY, WITHIN_S)
        time.sleep(1.0)
        assert watched.mode() is EffectiveMode.DRY
        emulator.resume()
        watched.until(EffectiveMode.LIVE, WITHIN_S)
        assert watched.good >= 3
    finally:
        watched.end()
