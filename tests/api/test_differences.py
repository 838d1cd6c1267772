"""Differences between broker and books: listed with the open ones first; each decision is a command to the engine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, START, difference_fields, put

CHOICES = ["adopt", "ignore", "flatten"]


def seed(world: World, rows: list[tuple[str, str, int]]) -> None:
    """Differences of Asha's: id, state, seconds before START it was found."""
    put(world.documents, ASHAS, *[
        ("differences", identity, difference_fields(
            ASHA, ASHAS, state=state, found_at=START - timedelta(seconds=age_s), resolved_at=START, result="done",
        ))
        for identity, state, age_s in rows
    ])  # fmt: skip


def page(world: World, query: str = "") -> Fields:
    answer = world.call("GET", f"/differences{query}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def test_what_is_open_comes_first_and_the_newest_first_in_each_part(world: World) -> None:
    seed(world, [("A", "adopted", 1), ("B", "open", 9), ("C", "gone", 3), ("D", "open", 5), ("E", "ignored", 2)])
    assert [item["id"] for item in page(world)["items"]] == ["DIFF", "D", "B", "A", "E", "C"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 50])
def test_pages_follow_each_other_without_a_gap(world: World, limit: int) -> None:
    states = ["open", "adopted", "open", "gone", "flattened", "open", "ignored", "open", "open", "adopted"]
    seed(world, [(f"D{n}", state, 10 + n) for n, state in enumerate(states)])
    seen, cursor = [], ""
    while cursor is not None:
        found = page(world, f"?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert 0 < len(found["items"]) <= limit or found["cursor"] is None
        seen += [(item["id"], item["state"] == "open") for item in found["items"]]
        cursor = found["cursor"]
    opened = [f"D{n}" for n, state in enumerate(states) if state == "open"]
    others = [f"D{n}" for n, state in enumerate(states) if state != "open"]
    assert seen == [(name, True) for name in ["DIFF", *opened]] + [(name, False) for name in others]


@pytest.mark.parametrize("cursor", ["x", "o", "rx", "oWyJ", "r%00"])
def test_a_cursor_that_no_page_answered_with_is_refused(world: World, cursor: str) -> None:
    answer = world.call("GET", f"/differences?cursor={cursor}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize("choice", CHOICES)
def test_a_decision_is_a_command_that_names_who_decided(world: World, choice: str) -> None:
    answer = world.call("POST", f"/differences/DIFF/{choice}")
    assert (answer.status_code, answer.json["kind"]) == (202, "resolve_difference")
    command = world.documents.get("commands", answer.json["command_id"])
    assert command is not None
    assert command["arguments"] == {"difference_id": "DIFF", "resolution": choice, "by": ASHA}
    assert (command["account_id"], command["state"]) == (ASHAS, "accepted")


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("state", ["adopted", "ignored", "flattened", "gone"])
def test_what_is_not_open_cannot_be_decided_again(world: World, choice: str, state: str) -> None:
    seed(world, [("OVER", state, 1)])
    before = world.everything()
    answer = world.call("POST", f"/differences/OVER/{choice}")
    assert answer.status_code == 409
    assert answer.json["detail"] == f"The difference is {state}: there is nothing left to decide."
    assert world.everything() == before


@pytest.mark.parametrize("choice", CHOICES)
def test_an_order_without_an_answer_is_not_decided_about(world: World, choice: str) -> None:
    unknown = difference_fields(ASHA, ASHAS, kind="unknown_order", order_id="ORDER", subject="ORDER")
    put(world.documents, ASHAS, ("differences", "ASKED", unknown))
    before = world.everything()
    answer = world.call("POST", f"/differences/ASKED/{choice}")
    assert (answer.status_code, "still being asked" in answer.json["detail"]) == (409, True)
    assert world.everything() == before


@pytest.mark.parametrize("choice", CHOICES)
def test_anothers_difference_is_like_none(world: World, choice: str) -> None:
    missing = world.call("POST", f"/differences/NONE/{choice}", uid=BELA)
    anothers = world.call("POST", f"/differences/DIFF/{choice}", uid=BELA)
    assert missing.status_code == anothers.status_code == 404
    assert missing.json["detail"] == anothers.json["detail"] == "There is no such difference."


def test_a_decision_repeated_under_its_key_is_the_same_command(world: World) -> None:
    key = {"Idempotency-Key": "adopt-once"}
    first = world.call("POST", "/differences/DIFF/adopt", headers=key)
    again = world.call("POST", "/differences/DIFF/adopt", headers=key)
    assert (again.status_code, again.json["command_id"]) == (202, first.json["command_id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    other = world.call("POST", "/differences/DIFF/flatten", headers=key)
    assert other.status_code == 422


def test_waiting_for_a_decision_answers_with_what_the_engine_did(world: World) -> None:
    def engine() -> None:
        world.clock.on_wait = lambda: None
        name = next(name for name in world.everything() if "/documents/commands/" in name)
        done: Fields = {"state": "done", "result": {"result": "SELL 4 booked to drift"}}

        def finish(transaction: Transaction) -> Fields:
            transaction.update("commands", name.rpartition("/")[2], done)
            return {}

        world.documents.change(ASHAS, finish)

    world.clock.on_wait = engine
    answer = world.call("POST", "/differences/DIFF/adopt?wait=10")
    assert (answer.status_code, answer.json["result"]) == (200, {"result": "SELL 4 booked to drift"})
