"""The figure of ticks that are listened to: that engine has a recorder and a twin, or it would show nothing."""

import json
import tempfile
from pathlib import Path

from bench.children import answer, child, tell
from bench.listened_ticks import BOTH, WAYS
from bench.outage_ticks import HEALTHY
from engine.recording.folder import parts_in
from engine.research.day_replay import replay_day
from engine.strategies.registry import make


def test_an_engine_with_both_listeners_takes_every_tick_and_leaves_its_recording(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, child(0, "bench.failing_store") as store:
        host = json.loads(answer(store))["direct"]
        with child(0, "bench.outage_engine", host, folder, "5", *WAYS[BOTH]) as engine:
            answer(engine)  # warm
            tell(store, HEALTHY)
            answer(store)
            tell(engine, "measure")
            measured = json.loads(answer(engine))
            assert measured["ticks_per_s"] > 900
        (part,) = parts_in(Path(folder) / "recordings" / "live-bench")
        found = replay_day(part.path, make)
    assert found.differing == 0
    assert found.ticks > 5_000
    assert found.decisions > 20
