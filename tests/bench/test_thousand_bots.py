"""The figure of a thousand bots: its engine has as many as it is told, and says what it costs."""

from pathlib import Path

from bench.emulated import environment
from bench.thousand_bots import one_run
from local.firestore import FirestoreEmulator
from tests.integration.engine_process import OWNER, Store


def test_an_engine_with_sixty_bots_on_thirty_symbols_says_what_it_costs(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    store = {"GOOGLE_CLOUD_PROJECT": firestore_project, "LOCKSTEP_OWNER_UID": OWNER}
    env = environment(firestore_emulator.host, tmp_path, **store)
    found = one_run(env, (60, 30, 10), seconds=1.0, warm_s=0.5)
    assert found["ticks_per_s"] > 500
    assert 0 < found["cpu_pct"] < 200
    assert 50 < found["peak_mb"] < 600
    bots = Store(firestore_emulator.host, firestore_project).all_of("bots", "paper-bench")
    assert len(bots) == 60
    assert {len(bot["symbols"]) for bot in bots.values()} == {2}
