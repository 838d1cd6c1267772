"""A live account in its own process, armed, at the practice venue: its twin says what being live cost, a signal that a
person tries gets as far as a fill on paper and never to the venue, and its recorded day is decided alike.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.domain.rehearsal import SIMULATE
from engine.recording.folder import parts_in
from local.firestore import FirestoreEmulator
from tests.cli.command import lockstep
from tests.integration.engine_process import OWNER
from tests.venue.order_kills import SYMBOLS
from tests.venue.overlaps import ACCOUNT, TwoEngines
from tests.venue.running import running_venue

REHEARSAL = "paper-live-practice-rehearsal"


def try_signal(host: str, project: str, number: int) -> str:
    """As POST /bots/{id}/simulate writes it; the command's id."""
    command_id, now = f"try-{number}", datetime.now(UTC)
    command = {
        "user_id": OWNER, "account_id": ACCOUNT, "mode": "live", "updated_at": now, "sequence": 0,
        "kind": SIMULATE, "arguments": {"bot_id": "live-bot-0", "symbol": SYMBOLS[0], "type": "BUY"},
        "state": "accepted", "result": {}, "requested_by": OWNER, "requested_at": now,
    }  # fmt: skip
    documents = FirestoreDocuments(connect(project, host), SystemClock(), lambda: 0.5)
    documents.change(ACCOUNT, lambda t: t.create("commands", command_id, command) or {})
    return command_id


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
            asked = [try_signal(firestore_emulator.host, firestore_project, 0)]

            def filled_on_paper() -> bool:
                last = world.store.get("commands", asked[-1]) or {}
                if last["result"].get("outcome") == "blocked":  # of a day whose entries are over, say
                    asked.append(try_signal(firestore_emulator.host, firestore_project, len(asked)))
                return bool(world.store.all_of("fills", REHEARSAL))

            world.until(filled_on_paper, engine, "a signal that is tried is filled on paper")
            assert engine.end() == 0, engine.told()[-2000:]
        finally:
            for each in world.born:
                each.end(9)
        found = compared()[0]
        fills = world.store.all_of("fills", ACCOUNT)
        assert not world.store.all_of("fills", "paper-practice-twin"), "a twin's money is in no book"
        assert {fill["account_id"] for fill in fills.values()} == {ACCOUNT}
        tried = world.store.all_of("orders", REHEARSAL)
        assert {(order["origin"], order["mode"], order["bot_id"]) for order in tried.values()} == {
            ("simulated", "paper", "live-bot-0-rehearsal")
        }
        assert not tried.keys() & {order["client_order_id"] for order in venue.book()["orders"]}
        assert not [fill for fill in fills.values() if "origin" in fill or fill["bot_id"].endswith("-rehearsal")]
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
