"""Commands go to the engine as documents; the answer comes at once, or with the result."""

from __future__ import annotations

import pytest

from engine.api.commands import WAITERS_MAX
from engine.domain.errors import OutcomeUnknown
from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, HandClock

COMMANDS = [
    ("/positions/drift_INFY/close", "close_position", {"bot_id": "drift", "symbol": "INFY"}),
    ("/orders/ORDER/cancel", "cancel_order", {"order_id": "ORDER"}),
    ("/orders/sync", "sync_orders", {}),
    (f"/accounts/{ASHAS}/flatten", "flatten", {}),
    ("/dead-letters/DEAD/retry", "retry_dead_letter", {"dead_letter_id": "DEAD"}),
    ("/dead-letters/DEAD/discard", "discard_dead_letter", {"dead_letter_id": "DEAD"}),
]


@pytest.mark.parametrize(("path", "kind", "arguments"), COMMANDS, ids=[kind for _, kind, _ in COMMANDS])
def test_a_command_is_accepted_with_its_document_written(
    world: World, path: str, kind: str, arguments: dict[str, str]
) -> None:
    answer = world.call("POST", path)
    assert (answer.status_code, answer.json["state"], answer.json["kind"]) == (202, "accepted", kind)
    command = world.documents.get("commands", answer.json["command_id"])
    assert command is not None
    assert (command["kind"], command["arguments"], command["state"]) == (kind, arguments, "accepted")
    assert (command["user_id"], command["account_id"], command["requested_by"]) == (ASHA, ASHAS, ASHA)
    assert command["requested_at"] == world.clock.now()


def finish(world: World, state: str, result: Fields, after_s: float) -> None:
    """Let the engine finish every command once that much time has passed."""
    due = world.clock.elapsed_s + after_s

    def engine(transaction: Transaction) -> Fields:
        for command_id in _command_ids(world):
            transaction.update("commands", command_id, {"state": state, "result": result})
        return {}

    def on_wait() -> None:
        if world.clock.elapsed_s >= due:
            world.clock.on_wait = lambda: None
            world.documents.change(ASHAS, engine)

    world.clock.on_wait = on_wait


def _command_ids(world: World) -> list[str]:
    return [name.rpartition("/")[2] for name in world.everything() if "/documents/commands/" in name]


def test_waiting_answers_with_the_result_once_the_engine_has_written_it(world: World) -> None:
    finish(world, "done", {"order_id": "EXIT"}, after_s=3)
    begun = world.clock.elapsed_s
    answer = world.call("POST", "/positions/drift_INFY/close?wait=20")
    assert (answer.status_code, answer.json["state"]) == (200, "done")
    assert answer.json["result"] == {"order_id": "EXIT"}
    assert 3 <= world.clock.elapsed_s - begun < 3.5


def test_a_command_that_failed_says_so(world: World) -> None:
    finish(world, "failed", {"reason": "no price"}, after_s=0)
    answer = world.call("POST", "/positions/drift_INFY/close?wait=1")
    assert (answer.status_code, answer.json["state"], answer.json["result"]) == (200, "failed", {"reason": "no price"})


def test_waiting_ends_with_a_202_when_the_time_is_up(world: World) -> None:
    begun = world.clock.elapsed_s
    answer = world.call("POST", "/orders/sync?wait=5")
    assert (answer.status_code, answer.json["state"]) == (202, "accepted")
    assert world.clock.elapsed_s - begun == pytest.approx(5)


@pytest.mark.parametrize("wait", ["31", "-1", "soon", "1.5"])
def test_a_wait_out_of_bounds_is_refused_before_anything_is_written(world: World, wait: str) -> None:
    before = world.everything()
    answer = world.call("POST", f"/orders/sync?wait={wait}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "wait")
    assert world.everything() == before


def test_a_store_that_goes_away_while_waiting_leaves_the_command_accepted(world: World) -> None:
    def away(_method: str) -> None:
        raise OutcomeUnknown("UNAVAILABLE")

    def on_wait() -> None:
        world.wire.before = away

    world.clock.on_wait = on_wait
    assert world.call("POST", "/orders/sync?wait=5").status_code == 202


def test_waiters_beyond_the_bound_are_answered_at_once(world: World) -> None:
    """Each wait holds a thread of the server: from inside the fourth one, a fifth does not wait."""
    inner: list[tuple[int, float]] = []

    def deeper() -> None:
        inner.append((0, 0.0))
        world.clock.on_wait = deeper if len(inner) <= WAITERS_MAX else lambda: None
        begun = world.clock.elapsed_s
        place = len(inner) - 1
        answer = world.call("POST", "/orders/sync?wait=1")
        inner[place] = (answer.status_code, world.clock.elapsed_s - begun)

    deeper()
    assert [status for status, _ in inner] == [202] * (WAITERS_MAX + 1)
    assert inner[-1][1] == 0.0


def test_an_order_that_is_over_cannot_be_cancelled(world: World) -> None:
    before = world.everything()
    answer = world.call("POST", "/orders/FILLED/cancel")
    assert (answer.status_code, answer.json["detail"]) == (409, "The order is filled: there is nothing left to cancel.")
    assert world.everything() == before


def test_time_spent_waiting_is_not_a_response_time(world: World) -> None:
    assert isinstance(world.clock, HandClock)
    world.call("POST", "/orders/sync?wait=30")
    world.engine_speaks()
    assert world.call("GET", "/health-metrics").json["p95_response_time_ms"] == 0.0
