"""A preview asks the engine and answers with its figures; nothing else comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHAS

BODY = {"bot_id": "drift", "symbol": "INFY", "side": "BUY", "quantity": 10}
RESULT = {
    "purpose": "entry", "outcome": "blocked", "blocking_reason": "notional", "blocking_detail": "Worth 1000.00, …",
    "quantity": "10", "price": "100.00", "notional": "1000.00", "at_risk_pct": "0.1000", "charges": "1.05",
    "charge_lines": '{"stt": "1.00", "gst": "0.05"}',
    "checks": '{"notional": {"ok": false, "found": "1000", "allowed": "500"}}',
}  # fmt: skip


def answers(world: World, state: str, result: Fields) -> None:
    """Let the engine finish whatever command is there as soon as somebody waits."""

    def engine(transaction: Transaction) -> Fields:
        for name in world.everything():
            if "/documents/commands/" in name:
                transaction.update("commands", name.rpartition("/")[2], {"state": state, "result": result})
        return {}

    world.clock.on_wait = lambda: world.documents.change(ASHAS, engine) and None


def commands(world: World) -> list[Fields]:
    names = [name.rpartition("/")[2] for name in world.everything() if "/documents/commands/" in name]
    return [found for name in names if (found := world.documents.get("commands", name)) is not None]


def test_a_preview_waits_for_the_engine_and_answers_with_figures(world: World) -> None:
    answers(world, "done", RESULT)
    answer = world.call("POST", "/orders/preview", json=BODY)
    assert answer.status_code == 200
    said = {name: value for name, value in answer.json.items() if name != "as_of"}
    assert said == {
        "account_id": ASHAS, "bot_id": "drift", "symbol": "INFY", "side": "BUY", "purpose": "entry",
        "outcome": "blocked", "blocking_reason": "notional", "blocking_detail": "Worth 1000.00, …", "quantity": 10.0,
        "price": 100.0, "notional": 1000.0, "at_risk_pct": 0.1, "charges": 1.05,
        "charge_lines": {"stt": 1.0, "gst": 0.05},
        "checks": {"notional": {"ok": False, "found": "1000", "allowed": "500"}},
    }  # fmt: skip
    (command,) = commands(world)
    assert command["kind"] == "preview_order"
    assert command["arguments"] == {"bot_id": "drift", "symbol": "INFY", "side": "BUY", "quantity": "10"}


def test_an_engine_that_does_not_answer_leaves_the_commands_id(world: World) -> None:
    answer = world.call("POST", "/orders/preview?wait=1", json={**BODY, "side": "sell", "limit_price": 100.05})
    assert (answer.status_code, answer.json["kind"], answer.json["state"]) == (202, "preview_order", "accepted")
    assert commands(world)[0]["arguments"]["limit_price"] == "100.05"
    assert commands(world)[0]["arguments"]["side"] == "SELL"


def test_what_the_engine_cannot_preview_is_a_conflict_in_its_words(world: World) -> None:
    answers(world, "failed", {"reason": "INFY has no price yet"})
    answer = world.call("POST", "/orders/preview", json=BODY)
    assert (answer.status_code, answer.json["detail"]) == (409, "No preview: INFY has no price yet.")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"side": "UP"}, "side"), ({"side": None}, "side"), ({"quantity": 0}, "quantity"),
        ({"quantity": "10"}, "quantity"), ({"limit_price": -1}, "limit_price"), ({"mood": 1}, "mood"),
        ({"symbol": ""}, "symbol"),
    ],
)  # fmt: skip
def test_a_preview_of_nonsense_names_the_field(world: World, changed: dict[str, Any], field: str) -> None:
    answer = world.call("POST", "/orders/preview", json={**BODY, **changed})
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (400, [field])
    assert commands(world) == []


def test_a_bot_of_another_is_not_there(world: World) -> None:
    assert world.call("POST", "/orders/preview", json={**BODY, "bot_id": "drift-b"}).status_code == 404
    assert world.call("POST", "/orders/preview", json={**BODY, "account_id": "paper-bela"}).status_code == 404
