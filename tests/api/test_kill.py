"""A kill is asked for here, proven by the engine, and lifted once it is: each in words."""

from __future__ import annotations

from typing import Any

import pytest

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.domain.events import KillAsked
from engine.domain.instant import instant_of
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, BELAS


def control_plane(world: World) -> FirestoreControlPlane:
    """As the engine reads it, having just looked."""
    plane = FirestoreControlPlane(world.wire, world.documents, world.clock.now)
    plane.generation(ASHAS)
    return plane


def engine_says(world: World, kill: dict[str, Any] | None, account_id: str = ASHAS) -> None:
    """The engine writes how far a kill is."""
    world.documents.change(account_id, lambda t: t.update("accounts", account_id, {"kill": kill}) or {})


def proven(state: str, **more: Any) -> dict[str, Any]:
    """A kill of two steps, of which the second is as given."""
    steps = [
        {"step": "entries_blocked", "state": "done", "detail": "No bot enters"},
        {"step": "orders_cancelled", "state": state, "detail": "17 of 18 orders are out"},
    ]
    done = "done" if state == "done" else "running"
    return {"state": done, "by": ASHA, "reason": "odd", "flatten": False, "switch": False, "steps": steps, **more}


def test_a_kill_reaches_the_engine_with_its_reason_and_how_far_it_goes(world: World) -> None:
    answer = world.call("POST", f"/accounts/{ASHAS}/kill", json={"reason": " odd prices ", "flatten": True})
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["killed"], answer.json["killed_by"]) == (ASHAS, True, ASHA)
    assert control_plane(world).kill(ASHAS) == KillAsked("odd prices", True, ASHA, instant_of(world.clock.now()))


def test_a_kill_needs_no_body_and_does_not_close_positions_unasked(world: World) -> None:
    answer = world.call("POST", f"/accounts/{ASHAS}/kill")
    assert (answer.json["killed_reason"], answer.json["kill_flatten"]) == ("killed by hand", False)


@pytest.mark.parametrize("body", [{"flatten": "yes"}, {"flatten": 1}, {"reason": "x" * 201}, {"how": "now"}])
def test_a_kill_that_is_not_understood_kills_nothing_and_says_which_field(world: World, body: dict[str, Any]) -> None:
    answer = world.call("POST", f"/accounts/{ASHAS}/kill", json=body)
    assert (answer.status_code, [e["field"] for e in answer.json["errors"]]) == (400, list(body))
    assert control_plane(world).kill(ASHAS) is None


def test_a_second_kill_does_not_take_back_that_positions_are_closed(world: World) -> None:
    world.call("POST", f"/accounts/{ASHAS}/kill", json={"flatten": True})
    world.call("POST", f"/accounts/{ASHAS}/kill", json={"reason": "again"})
    kill = control_plane(world).kill(ASHAS)
    assert kill is not None
    assert (kill.reason, kill.flatten) == ("again", True)


def test_a_strangers_account_can_not_be_killed(world: World) -> None:
    assert world.call("POST", f"/accounts/{BELAS}/kill").status_code == 404


def test_the_owner_kills_the_whole_service_and_nobody_else_does(world: World) -> None:
    assert world.call("POST", "/service/kill", uid=BELA).status_code == 403
    assert control_plane(world).kill(ASHAS) is None
    assert world.call("POST", "/service/kill", json={"reason": "fire", "flatten": True}).status_code == 200
    kill = control_plane(world).kill(ASHAS)
    assert kill is not None
    assert (kill.reason, kill.flatten) == ("fire", True)
    answer = world.call("POST", f"/accounts/{ASHAS}/resume")
    assert (answer.status_code, answer.json["detail"]) == (
        409, "The whole service is killed. Its owner resumes it, once every step is done."
    )  # fmt: skip
    engine_says(world, proven("running"))
    assert world.call("POST", "/service/resume").status_code == 409
    engine_says(world, proven("done"))
    assert world.call("POST", "/service/resume").status_code == 200
    assert control_plane(world).kill(ASHAS) is None


@pytest.mark.parametrize(
    ("kill", "words"),
    [
        (None, "The engine has not taken up the kill yet."),
        (proven("running"), "The kill is not done yet: 17 of 18 orders are out."),
        (proven("failed"), "The kill is not done yet: 17 of 18 orders are out."),
        (
            proven("done", switch=True),
            "The file KILL_SWITCH is still there. Remove it from the state folder, then resume.",
        ),
    ],
    ids=["not begun", "running", "failed", "the file"],
)
def test_a_resume_is_refused_in_words_while_the_kill_is_not_done(world: World, kill: Any, words: str) -> None:
    world.call("POST", f"/accounts/{ASHAS}/kill")
    engine_says(world, kill)
    answer = world.call("POST", f"/accounts/{ASHAS}/resume")
    assert (answer.status_code, answer.json["detail"]) == (409, words)
    assert control_plane(world).kill(ASHAS) is not None


def test_a_resume_lifts_halt_and_kill_once_every_step_is_done_and_says_when(world: World) -> None:
    world.call("POST", f"/accounts/{ASHAS}/halt", json={"reason": "odd"})
    world.call("POST", f"/accounts/{ASHAS}/kill")
    engine_says(world, proven("done"))
    world.clock.elapsed_s += 5
    answer = world.call("POST", f"/accounts/{ASHAS}/resume")
    assert (answer.status_code, answer.json["killed"], answer.json["halted"]) == (200, False, False)
    plane = control_plane(world)
    assert (plane.kill(ASHAS), plane.halt(ASHAS)) == (None, (False, ""))
    assert plane.resumed_at(ASHAS) == world.clock.now()


def test_an_account_that_only_the_services_halt_holds_is_not_told_that_it_was_resumed(world: World) -> None:
    world.call("POST", "/service/halt", json={"reason": "fire"})
    answer = world.call("POST", f"/accounts/{ASHAS}/resume")
    assert (answer.status_code, answer.json["detail"]) == (
        409, "The whole service is halted, and this account with it. Its owner resumes it."
    )  # fmt: skip
    world.call("POST", f"/accounts/{ASHAS}/halt", json={"reason": "mine"})
    assert world.call("POST", f"/accounts/{ASHAS}/resume").status_code == 200
    assert control_plane(world).halt(ASHAS) == (True, "fire")
