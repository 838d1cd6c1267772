"""A live account in its own process, armed, at the practice venue: its twin says what being live cost, and its recorded
day is decided alike.
"""

from __future__ import annotations

import json
from pathlib import Path

from engine.recording.folder import parts_in
from local.firestore import FirestoreEmulator
from tests.cli.command import lockstep
from tests.venue.overlaps import ACCOUNT, TwoEngines
from tests.venue.running import running_venue

WITHIN_S = 60.0


def test_a_live_bots_document_says_what_its_paper_twin_did_and_its_day_replays(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    with running_venue("--whole") as venue:
        world = TwoEngines(tmp_path, firestore_emulator.host, firestore_project, venue)
        engine = world.begin()
        try:

            def compared() -> list[dict[str, object]]:
                bots = world.store.all_of("bots", ACCOUNT).values()
                return [bot["twin"] for bot in bots if bot.get("twin") and bot["twin"]["compared"] > 1]

            world.until(lambda: bool(compared()), engine, "orders that both filled are compared")
            assert engine.end() == 0, engine.told()[-2000:]
        finally:
            for each in world.born:
                each.end(9)
        found = compared()[0]
        fills = world.store.all_of("fills", ACCOUNT)
        assert not world.store.all_of("fills", "paper-practice-twin"), "a twin's money is in no book"
        assert {fill["account_id"] for fill in fills.values()} == {ACCOUNT}
    assert found["twin_account"] == "paper-practice-twin"
    assert found["stopped"] is None
    assert abs(float(str(found["slippage_bps"]))) < 100
    both = [fill for fill in found["fills"] if fill["slippage_bps"] is not None]  # type: ignore[attr-defined]
    assert both
    assert all(fill["paper_price"] and fill["live_price"] for fill in both)
    (part,) = parts_in(tmp_path / "state-0" / "recordings" / ACCOUNT)
    ran = lockstep("replay", "--day", part.path, "--json")
    assert ran.code == 0, ran.out[:2000]
    assert json.loads(ran.out)["decisions"] > 20
