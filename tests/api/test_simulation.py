"""A signal that a person tries: asked of the engine of the bot's account, and to be watched in a rehearsal's documents,
which are read by naming their account and by nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.ports import Fields
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, account_fields, position_fields, put

REHEARSAL, COPY = f"{ASHAS}-rehearsal", "drift-rehearsal"
LISTS = ("/orders", "/fills", "/trades", "/positions", "/signals")


@pytest.fixture
def rehearsed(world: World) -> World:
    """The engine has written what came of a signal that Asha tried."""
    own: Fields = {"user_id": ASHA, "account_id": REHEARSAL, "mode": "paper", "origin": "simulated"}
    order = {
        **(world.documents.get("orders", "ORDER") or {}), **own, "bot_id": COPY, "state": "accepted",
    }  # fmt: skip
    del order["id"]
    put(
        world.documents, ASHAS,
        ("accounts", REHEARSAL, {**account_fields(ASHA, REHEARSAL), **own, "equity": 4.0}),
        ("open_positions", f"{COPY}_INFY", {**position_fields(ASHA, REHEARSAL, COPY), **own}),
        ("orders", "TRIED", order),
    )  # fmt: skip
    return world


def test_a_signal_is_accepted_as_a_command_of_the_bots_account_and_says_where_to_watch(world: World) -> None:
    answer = world.call("POST", "/bots/drift/simulate", json={"type": "SELL", "symbol": "INFY"})
    assert answer.status_code == 202, answer.json
    told = answer.json
    assert (told["kind"], told["state"], told["account_id"], told["bot_id"]) == (
        "simulate_signal", "accepted", REHEARSAL, COPY,
    )  # fmt: skip
    command = world.documents.get("commands", told["command_id"])
    assert command is not None
    assert (command["account_id"], command["user_id"], command["state"]) == (ASHAS, ASHA, "accepted")
    assert command["arguments"] == {"bot_id": "drift", "symbol": "INFY", "type": "SELL"}
    assert len(told["signal_id"]) == 20


def test_without_words_it_is_a_buy_of_the_bots_first_symbol(world: World) -> None:
    told = world.call("POST", "/bots/drift/simulate").json
    command = world.documents.get("commands", told["command_id"])
    assert command is not None
    assert command["arguments"] == {"bot_id": "drift", "symbol": "INFY", "type": "BUY"}


def test_one_that_is_sent_again_is_one_signal(world: World) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (world.call("POST", "/bots/drift/simulate", json={}, headers=key).json for _ in range(2))
    assert first == again
    assert len([name for name in world.everything() if "/documents/commands/" in name]) == 1


@pytest.mark.parametrize(("path", "body", "uid", "status", "field"), [
    ("/bots/drift/simulate", {"symbol": "TCS"}, ASHA, 400, "symbol"),
    ("/bots/drift/simulate", {"type": "HOLD"}, ASHA, 400, "type"),
    ("/bots/drift/simulate", {"price": 5}, ASHA, 400, "price"),
    ("/bots/nobody/simulate", {}, ASHA, 404, None),
    ("/bots/drift/simulate", {}, BELA, 404, None),
    (f"/bots/{COPY}/simulate", {}, ASHA, 404, None),
])  # fmt: skip
def test_what_can_not_be_tried_is_refused_and_nothing_is_written(
    world: World, path: str, body: dict[str, Any], uid: str, status: int, field: str | None
) -> None:
    before = world.everything()
    answer = world.call("POST", path, json=body, uid=uid)
    assert answer.status_code == status, answer.json
    assert field is None or [error["field"] for error in answer.json["errors"]] == [field]
    assert world.everything() == before


@pytest.mark.parametrize("speaks", [False, True], ids=["from the store", "from the snapshot"])
def test_no_list_and_no_figure_has_anything_of_a_rehearsal_unless_it_is_named(rehearsed: World, speaks: bool) -> None:
    if speaks:
        rehearsed.engine_speaks()
    for path in LISTS:
        for query in ("", f"?account_id={ASHAS}"):
            answer = rehearsed.call("GET", path + query)
            assert answer.status_code == 200, (path, answer.json)
            assert REHEARSAL not in answer.get_data(as_text=True), path
    summary = rehearsed.call("GET", "/portfolio/summary").json
    assert (summary["account_id"], summary["accounts"]) == (ASHAS, [ASHAS])
    assert summary["equity"] != 4.0


def test_a_rehearsal_is_read_by_naming_it_by_its_owner_alone(rehearsed: World) -> None:
    (order,) = rehearsed.call("GET", f"/orders?account_id={REHEARSAL}").json["items"]
    assert (order["id"], order["origin"], order["bot_id"]) == ("TRIED", "simulated", COPY)
    (position,) = rehearsed.call("GET", f"/positions?account_id={REHEARSAL}").json["items"]
    assert position["account_id"] == REHEARSAL
    assert rehearsed.call("GET", f"/portfolio/summary?account_id={REHEARSAL}").json["equity"] == 4.0
    for path in (*LISTS, "/portfolio/summary"):
        assert rehearsed.call("GET", f"{path}?account_id={REHEARSAL}", uid=BELA).status_code == 404, path


@pytest.mark.parametrize(("path", "command"), [
    (f"/positions/{COPY}_INFY/close", {"command": "close_position", "bot_id": COPY, "symbol": "INFY"}),
    ("/orders/TRIED/cancel", {"command": "cancel_order", "order_id": "TRIED"}),
])  # fmt: skip
def test_its_position_and_order_are_ended_by_the_engine_of_the_account_it_is_of(
    rehearsed: World, path: str, command: dict[str, str]
) -> None:
    answer = rehearsed.call("POST", path)
    assert answer.status_code == 202, answer.json
    written = rehearsed.documents.get("commands", answer.json["command_id"])
    assert written is not None
    assert (written["account_id"], written["kind"], written["arguments"]) == (ASHAS, "rehearse", command)


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/bots", {"strategy": "confluence", "symbols": ["INFY"], "account_id": REHEARSAL}),
    ("POST", f"/accounts/{REHEARSAL}/halt", {}),
    ("POST", f"/accounts/{REHEARSAL}/arm", {}),
    ("POST", f"/orders/sync?account_id={REHEARSAL}", {}),
])  # fmt: skip
def test_nothing_else_is_done_in_a_rehearsal(rehearsed: World, method: str, path: str, body: dict[str, Any]) -> None:
    before = rehearsed.everything()
    answer = rehearsed.call(method, path, json=body)
    assert (answer.status_code, ASHAS in answer.json["detail"]) == (409, True), answer.json
    assert rehearsed.everything() == before


def test_no_bot_is_made_under_a_name_that_a_copy_has(world: World) -> None:
    before = world.everything()
    body = {"id": COPY, "strategy": "confluence", "symbols": ["INFY"], "account_id": ASHAS}
    answer = world.call("POST", "/bots", json=body)
    assert (answer.status_code, "ends in -rehearsal" in answer.json["detail"]) == (409, True)
    assert world.everything() == before
