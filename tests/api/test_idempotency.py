"""The same key with the same request is one write, whatever has happened since."""

from __future__ import annotations

import pytest

from engine.domain.errors import OutcomeUnknown
from tests.api.conftest import World
from tests.api.world import ASHAS, BELA, START

BOT = {"strategy": "confluence", "symbols": ["INFY"], "name": "Once"}
KEY = {"Idempotency-Key": "k-1"}


def bots(world: World) -> list[str]:
    return sorted(name for name in world.everything() if "/documents/bots/once" in name)


def test_the_same_key_and_body_create_one_bot_and_get_the_same_answer(world: World) -> None:
    first = world.call("POST", "/bots", json=BOT, headers=KEY)
    after_first = world.everything()
    world.clock.elapsed_s += 60
    again = world.call("POST", "/bots", json=dict(reversed(BOT.items())), headers=KEY)
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert world.everything() == after_first
    assert len(bots(world)) == 1


def test_the_same_key_with_another_request_is_refused_and_writes_nothing(world: World) -> None:
    world.call("POST", "/bots", json=BOT, headers=KEY)
    before = world.everything()
    for method, path, body in (("POST", "/bots", {**BOT, "name": "Twice"}), ("POST", "/bots/drift/stop", None)):
        answer = world.call(method, path, json=body, headers=KEY)
        assert (answer.status_code, answer.json["type"]) == (422, "urn:lockstep:problem:idempotency-key-reused")
    assert world.everything() == before


def test_the_account_named_in_the_address_belongs_to_the_request_and_the_wait_does_not(world: World) -> None:
    first = world.call("POST", f"/orders/sync?account_id={ASHAS}&wait=0", headers=KEY)
    again = world.call("POST", f"/orders/sync?wait=1&account_id={ASHAS}", headers=KEY)
    assert (first.status_code, again.json["command_id"]) == (202, first.json["command_id"])
    assert world.call("POST", "/orders/sync", headers=KEY).status_code == 422


def test_a_key_is_its_users_own(world: World) -> None:
    world.call("POST", "/bots/drift/stop", headers=KEY)
    answer = world.call("POST", "/bots/drift-b/stop", uid=BELA, headers=KEY)
    assert (answer.status_code, answer.json["id"]) == (200, "drift-b")


def test_a_command_repeated_after_its_position_is_gone_is_the_same_command(world: World) -> None:
    first = world.call("POST", "/positions/drift_INFY/close", headers=KEY)
    name = next(name for name in world.wire._documents if name.endswith("open_positions/drift_INFY"))
    del world.wire._documents[name]
    again = world.call("POST", "/positions/drift_INFY/close?wait=1", headers=KEY)
    assert (again.status_code, again.json["command_id"]) == (202, first.json["command_id"])
    assert world.call("POST", "/positions/drift_INFY/close").status_code == 404


def test_a_write_that_failed_is_not_remembered(world: World) -> None:
    assert world.call("POST", "/bots", json={**BOT, "id": "drift"}, headers=KEY).status_code == 409
    assert world.call("POST", "/bots", json={**BOT, "id": "drift2"}, headers=KEY).status_code == 201


def test_a_write_whose_reply_was_lost_is_found_again_by_its_key(world: World) -> None:
    def lose_the_reply(method: str) -> None:
        if method == "commit":
            world.wire.after = lambda _method: None
            raise OutcomeUnknown("reply lost")

    world.wire.after = lose_the_reply
    assert world.call("POST", "/bots", json=BOT, headers=KEY).status_code == 503
    answer = world.call("POST", "/bots", json=BOT, headers=KEY)
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
    assert len(bots(world)) == 1


def test_a_key_is_kept_a_day(world: World) -> None:
    world.call("POST", "/bots/drift/stop", headers=KEY)
    kept = next(name for name in world.wire._documents if "/idempotency_keys/" in name).rpartition("/")[2]
    found = world.documents.get("idempotency_keys", kept)
    assert found is not None
    assert (found["expires_at"] - found["created_at"]).total_seconds() == 86_400
    assert (found["created_at"] - START).total_seconds() == 3600


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "schlüssel"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    before = world.everything()
    answer = world.call("POST", "/bots/drift/stop", headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert world.everything() == before
