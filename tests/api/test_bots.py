"""Creating, changing and deleting bots: whole or not at all, and every bad field named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.firestore.bot_document import read_bot
from tests.api.conftest import World
from tests.api.world import ASHAS, BELA, BELAS, snapshot_of

GOOD = {"name": "Morning Bot", "strategy": "confluence", "symbols": ["INFY", "TCS"]}


def generation(world: World) -> int:
    controls = world.documents.get("controls", ASHAS)
    return int(controls["generation"]) if controls else 0


def test_a_bot_is_created_whole_and_the_engine_is_told(world: World) -> None:
    before = generation(world)
    answer = world.call("POST", "/bots", json={**GOOD, "parameters": {"confirm_s": 60}, "exits": {"stop_pct": 1.5}})
    assert answer.status_code == 201
    bot = world.documents.get("bots", answer.json["id"])
    assert bot is not None
    assert answer.headers["Location"] == f"/api/v1/bots/{bot['id']}"
    assert bot["id"].startswith("morning-bot-")
    assert len(bot["id"]) == len("morning-bot-") + 6
    unset = dict.fromkeys(("target_pct", "trail_pct", "break_even_at_pct", "time_exit_s"))
    assert bot["exits"] == {"stop_pct": 1.5, "break_even_plus_bps": 0, **unset}
    assert bot["sizing"] == {"kind": "equity_pct", "value": 5.0}
    assert (bot["parameters"], bot["desired"], bot["generation"], bot["deleted"]) == (
        {"confirm_s": 60},
        "stopped",
        1,
        False,
    )
    assert (bot["account_id"], bot["mode"], bot["user_id"]) == (ASHAS, "paper", "uid-asha")
    assert generation(world) == before + 1


def test_the_bot_that_was_created_is_read_back_by_the_engine(world: World) -> None:
    answer = world.call("POST", "/bots", json={**GOOD, "sizing": {"kind": "quantity", "value": 12}})
    stored = world.documents.get("bots", answer.json["id"])
    assert stored is not None
    read = read_bot(stored)
    assert (read.spec.symbols, read.spec.sizing.value, read.desired.value) == (("INFY", "TCS"), 12, "stopped")


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"strategy": "astrology"}, "strategy", "there are accumulate, confluence"),
    ({"parameters": {"confirm": 1}}, "parameters.confirm", "confirm_s"),
    ({"parameters": {"confirm_s": "soon"}}, "parameters.confirm_s", "must be a number"),
    ({"parameters": {"confirm_s": [1]}}, "parameters.confirm_s", "must be a number"),
    ({"symbols": ["INFI"]}, "symbols[0]", "INFY, NIFTY50, TCS"),
    ({"symbols": ["INFY", "INFI"]}, "symbols[1]", "unknown symbol 'INFI'"),
    ({"symbols": []}, "symbols", "at least one"),
    ({"symbols": ["INFY", "INFY"]}, "symbols", "twice"),
    ({"symbols": "INFY"}, "symbols", "list"),
    ({"symbols": [7]}, "symbols[0]", "string"),
    ({"sizing": {"value": -5}}, "sizing.value", "must be above 0, is -5"),
    ({"sizing": {"value": 101}}, "sizing.value", "at most 100"),
    ({"sizing": {"value": "5"}}, "sizing.value", "must be a number"),
    ({"sizing": {"kind": "all_in", "value": 5}}, "sizing.kind", "equity_pct"),
    ({"sizing": {"kind": "volatility", "value": 1, "atr_period": 1}}, "sizing.atr_period", "must be 2 to 100 bars"),
    ({"sizing": {"kind": "risk_per_trade", "value": 1}}, "exits.stop_pct", "is needed: sizing by risk_per_trade"),
    ({"sizing": {"by_temperature": {"hot": 9}}}, "sizing.by_temperature.hot", "must be 0 to 3, is 9"),
    ({"sizing": {"by_temperature": {"mild": 1}}}, "sizing.by_temperature.mild", "not permitted"),
    ({"exits": {"stop_pct": 0}}, "exits.stop_pct", "above 0"),
    ({"exits": {"trail": 1}}, "exits.trail", "not permitted"),
    ({"timeframe": "2m"}, "timeframe", "'1m'"),
    ({"id": "no spaces"}, "id", "letters"),
    ({"desired": "flying"}, "desired", "running"),
    ({"mode": "live"}, "mode", "not permitted"),
    ({"name": "two\nlines"}, "name", "control characters"),
    ({"sizing": {"value": 1e17}}, "sizing.value", "must be a number from -9007199254740992 to 9007199254740992"),
]


@pytest.mark.parametrize(("change", "field", "says"), BAD, ids=[f"{field} {says}" for _, field, says in BAD])
def test_a_bad_field_is_named_and_nothing_is_created(
    world: World, change: dict[str, Any], field: str, says: str
) -> None:
    before = world.everything()
    answer = world.call("POST", "/bots", json={**GOOD, **change})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    named = {error["field"]: error["message"] for error in answer.json["errors"]}
    assert says in named[field]
    assert world.everything() == before


def test_all_bad_fields_are_named_at_once(world: World) -> None:
    body = {"strategy": "astrology", "symbols": ["X"], "sizing": {"value": -1}, "exits": {"stop_pct": 200}, "id": "-"}
    answer = world.call("POST", "/bots", json=body)
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"strategy", "symbols[0]", "sizing.value", "exits.stop_pct", "id"}


def test_a_taken_id_is_a_conflict_whoever_has_it_and_their_bot_stays(world: World) -> None:
    before = world.everything()
    assert world.call("POST", "/bots", json={**GOOD, "id": "drift"}).status_code == 409
    world.snapshots.write(snapshot_of(BELA, BELAS, world.clock.now()))
    world.clock.elapsed_s += 1
    answer = world.call("POST", "/bots", json={**GOOD, "id": "drift"}, uid=BELA)
    assert (answer.status_code, answer.json["detail"]) == (409, "The id 'drift' is taken. Choose another one.")
    assert world.everything() == before


def test_no_bot_is_created_before_the_engine_has_said_what_its_market_carries(world: World) -> None:
    world.snapshots.held = None
    world.clock.elapsed_s += 1
    before = world.everything()
    answer = world.call("POST", "/bots", json=GOOD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert world.everything() == before


def test_two_bots_of_one_name_get_ids_of_their_own(world: World) -> None:
    first = world.call("POST", "/bots", json=GOOD).json["id"]
    world.clock.elapsed_s += 1
    assert world.call("POST", "/bots", json=GOOD).json["id"] != first


def test_a_change_keeps_what_it_leaves_out_and_moves_the_generation(world: World) -> None:
    answer = world.call("PATCH", "/bots/drift", json={"sizing": {"kind": "notional", "value": 25000}})
    assert answer.status_code == 200
    bot = world.documents.get("bots", "drift")
    assert bot is not None
    assert bot["sizing"] == {"kind": "notional", "value": 25000.0}
    assert (bot["generation"], bot["desired"], bot["symbols"]) == (2, "running", ["INFY"])
    assert bot["status"]["state"] == "running"


def test_a_size_from_the_stop_goes_and_stays_with_the_stop(world: World) -> None:
    sizing = {"kind": "risk_per_trade", "value": 0.5, "slippage_bps": 8, "by_temperature": {"cool": 0, "warm": 0.5}}
    assert world.call("PATCH", "/bots/drift", json={"sizing": sizing}).status_code == 200
    bot = world.documents.get("bots", "drift")
    assert bot is not None
    kept = {**sizing, "by_temperature": {"cool": 0.0, "warm": 0.5, "hot": 1.0}}
    assert bot["sizing"] == kept
    assert world.call("GET", "/bots/drift").json["sizing"] == kept
    read = read_bot(bot).spec.sizing
    assert (read.kind, read.value, read.slippage_bps) == ("risk_per_trade", Decimal("0.5"), Decimal(8))
    without = world.call("PATCH", "/bots/drift", json={"exits": {"target_pct": 1}})
    assert without.status_code == 400
    assert [error["field"] for error in without.json["errors"]] == ["exits.stop_pct"]
    other = world.call("PATCH", "/bots/drift", json={"sizing": {"kind": "volatility", "value": 0.1, "atr_period": 20}})
    assert other.json["sizing"]["atr_period"] == 20


def test_a_bad_change_leaves_the_bot_as_it_was(world: World) -> None:
    before = world.everything()
    for body in ({"symbols": ["NOPE"]}, {"exits": {"target_pct": -1}}, {"strategy": "x"}, {"generation": 9}):
        assert world.call("PATCH", "/bots/drift", json=body).status_code == 400
    assert world.everything() == before


def test_a_change_made_from_an_older_bot_is_refused_and_the_newer_one_stays(world: World) -> None:
    read = world.call("GET", "/bots/drift").json["generation"]
    size = {"sizing": {"kind": "notional", "value": 25000}, "from_generation": read}
    assert world.call("PATCH", "/bots/drift", json=size).status_code == 200
    before = world.everything()
    answer = world.call("PATCH", "/bots/drift", json={"exits": {"stop_pct": 1}, "from_generation": read})
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:lockstep:problem:changed-since"
    assert answer.json["detail"] == "The bot was changed since you read it. Look at it again before you change it."
    assert world.everything() == before
    again = world.call("PATCH", "/bots/drift", json={"exits": {"stop_pct": 1}, "from_generation": read + 1})
    assert (again.status_code, again.json["generation"], again.json["sizing"]["value"]) == (200, read + 2, 25000)
    assert "from_generation" not in (world.documents.get("bots", "drift") or {})


def test_a_change_sent_twice_is_made_once_and_not_refused_for_its_own_first_time(world: World) -> None:
    change = {"exits": {"stop_pct": 1}, "from_generation": 1}
    headers = {"Idempotency-Key": "one-press"}
    first, second = (world.call("PATCH", "/bots/drift", json=change, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code, second.json["generation"]) == (200, 200, 2)


@pytest.mark.parametrize(
    ("verb", "desired"), [("start", "running"), ("pause", "paused"), ("resume", "running"), ("stop", "stopped")]
)
def test_a_verb_sets_what_is_desired(world: World, verb: str, desired: str) -> None:
    world.call("PATCH", "/bots/drift", json={"desired": "stopped" if desired != "stopped" else "paused"})
    answer = world.call("POST", f"/bots/drift/{verb}")
    assert (answer.status_code, answer.json["desired"], answer.json["generation"]) == (200, desired, 3)
    again = world.call("POST", f"/bots/drift/{verb}")
    assert (again.json["desired"], again.json["generation"]) == (desired, 3)


def test_a_deleted_bot_is_gone_for_the_api_and_a_tombstone_for_the_engine(world: World) -> None:
    answer = world.call("DELETE", "/bots/drift")
    assert (answer.status_code, answer.json["id"], answer.json["deleted"]) == (200, "drift", True)
    bot = world.documents.get("bots", "drift")
    assert bot is not None
    assert (bot["deleted"], bot["desired"], bot["generation"]) == (True, "stopped", 2)
    assert world.call("GET", "/bots").json["items"] == []
    for method, path in (("GET", "/bots/drift"), ("DELETE", "/bots/drift"), ("POST", "/bots/drift/start")):
        assert world.call(method, path).status_code == 404
    assert world.call("POST", "/bots", json={**GOOD, "id": "drift"}).status_code == 409


def test_a_bot_shows_the_engines_fresh_status(world: World) -> None:
    world.engine_speaks()
    assert world.snapshots.held is not None
    world.snapshots.held["accounts"][ASHAS]["bots"]["drift"]["status"]["score"] = 91.5
    assert world.call("GET", "/bots/drift").json["status"]["score"] == 91.5
    assert world.call("GET", "/bots").json["items"][0]["status"]["score"] == 91.5


def test_decisions_are_listed_newest_first(world: World) -> None:
    answer = world.call("GET", "/bots/drift/decisions")
    assert [item["at"] for item in answer.json["items"]] == ["2026-03-02T05:01:00Z", "2026-03-02T05:00:00Z"]
    assert answer.json["items"][0]["symbol"] == "INFY"
    assert answer.json["items"][0]["verdict"] == "quiet"
    assert len(world.call("GET", "/bots/drift/decisions?limit=1").json["items"]) == 1
    assert world.call("GET", "/bots/drift/decisions?symbol=TCS").json["items"] == []
    assert world.call("GET", "/bots/drift/decisions?day=2026-03-01").json["items"] == []


def test_pages_of_decisions_make_the_whole_day_once(world: World) -> None:
    whole = world.call("GET", "/bots/drift/decisions").json
    assert (len(whole["items"]), whole["cursor"]) == (2, None)
    first = world.call("GET", "/bots/drift/decisions?limit=1").json
    second = world.call("GET", f"/bots/drift/decisions?limit=1&cursor={first['cursor']}").json
    assert (first["items"] + second["items"], second["cursor"]) == (whole["items"], None)


@pytest.mark.parametrize("cursor", ["x", "2026-03-02.x.INFY", "2026-13-02.1.INFY", "2026-03-02.1"])
def test_a_cursor_that_no_page_of_decisions_gave_is_refused(world: World, cursor: str) -> None:
    answer = world.call("GET", f"/bots/drift/decisions?cursor={cursor}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "cursor")
