"""A launcher with a heartbeat watch, as a process of its own. As a script: watched_launcher.py FOLDER CHANNEL'S-URL.

The watched program says its process id and waits; the snapshot has a heartbeat that is never renewed. The watch's clock
runs two hundred times as fast, so that a minute of silence takes a moment.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from engine.adapters.notify.apprise_channel import AppriseChannel
from engine.adapters.snapshot_file import SnapshotFile
from engine.domain.alert_channels import Channel
from engine.outbox.backoff import Backoff
from engine.runtime.alert_sender import AlertSender
from engine.runtime.heartbeat_watch import HeartbeatWatch
from engine.runtime.launcher import Launcher, Program

FASTER = 200
PROGRAM = "import os, signal; print(os.getpid(), flush=True); signal.pause()"


class FastClock:
    """Wall and monotonic time, faster."""

    def __init__(self) -> None:
        self._began_at, self._began = datetime.now(UTC), monotonic()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (monotonic() - self._began) * FASTER

    def wait(self, seconds: float) -> None:
        sleep(seconds / FASTER)


def main(folder: Path, url: str) -> int:
    """Run it until its program ends."""
    clock = FastClock()
    channel = Channel("hook", url)
    senders = [AlertSender(channel, AppriseChannel(channel), clock, Backoff(lambda: 0.1))]
    snapshot = SnapshotFile(folder / "snapshot.json")
    watch = HeartbeatWatch(snapshot, clock, senders, SnapshotFile(folder / "ended.json"), look_s=0.2)
    engine = {"heartbeat_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    snapshot.write({"accounts": {"paper-test": {"account": {"engine": engine}}}})
    return Launcher([Program("engine", [sys.executable, "-S", "-c", PROGRAM], {})], clock, lambda: watch).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
