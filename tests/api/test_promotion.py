"""A bot's like on a live account: made whole, stopped, and the one on paper stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, account_fields, snapshot_of

LIVE, OTHER = "live-1", "live-2"
SAME = ("strategy", "parameters", "symbols", "timeframe", "sizing")


def furnished(world: World, *accounts: str) -> World:
    """Asha has these live accounts too, which an engine has spoken of."""

    def work(transaction: Transaction) -> Fields:
        transaction.update("users", ASHA, {"accounts": [*accounts, ASHAS]})
        for account_id in accounts:
            transaction.create("accounts", account_id, {**account_fields(ASHA, account_id), "mode": "live"})
        return {}

    world.documents.change(ASHAS, work)
    snapshot = snapshot_of(ASHA, ASHAS, world.clock.now())
    for account_id in accounts:
        snapshot["accounts"] |= snapshot_of(ASHA, account_id, world.clock.now())["accounts"]
    world.snapshots.write(snapshot)
    return world


def promote(world: World, status: int, uid: str = ASHA, headers: dict[str, str] | None = None, **body: Any) -> Fields:
    answer = world.call("POST", "/bots/drift/promote", uid=uid, json=body, headers=headers or {})
    assert answer.status_code == status, answer.json
    return {**answer.json, "at": answer.headers.get("Location")}


def test_what_is_promoted_does_the_same_on_the_live_account_and_waits_to_be_started(world: World) -> None:
    furnished(world, LIVE)
    before = world.documents.get("bots", "drift")
    assert before is not None
    told = promote(world, 201)
    made = world.documents.get("bots", told["id"])
    assert made is not None
    assert {name: made[name] for name in SAME} == {name: before[name] for name in SAME}
    assert (made["exits"]["stop_pct"], made["name"]) == (1.0, "Drift")
    assert (made["account_id"], made["mode"], made["desired"], made["user_id"]) == (LIVE, "live", "stopped", ASHA)
    assert told["at"] == f"/api/v1/bots/{told['id']}"
    assert world.documents.get("bots", "drift") == before


def test_it_may_have_a_name_and_an_id_of_its_own(world: World) -> None:
    told = promote(furnished(world, LIVE, OTHER), 201, account_id=OTHER, id="drift-live", name="Drift with money")
    assert (told["id"], told["name"], told["account_id"]) == ("drift-live", "Drift with money", OTHER)


def test_a_promotion_that_is_sent_again_makes_one_bot(world: World) -> None:
    key = {"Idempotency-Key": "once"}
    furnished(world, LIVE)
    first, again = (promote(world, 201, headers=key) for _ in range(2))
    assert (first["id"], first["at"]) == (again["id"], again["at"])


@pytest.mark.parametrize(("accounts", "body", "status", "words"), [
    ((), {}, 409, "no live account yet"),
    ((LIVE,), {"account_id": ASHAS}, 409, "is a paper account"),
    ((LIVE,), {"account_id": "live-of-nobody"}, 404, "account"),
    ((LIVE, OTHER), {}, 400, "several live ones: live-1, live-2"),
    ((LIVE,), {"id": "drift"}, 409, "is taken"),
    ((LIVE,), {"id": "not an id"}, 400, "id"),
])  # fmt: skip
def test_what_can_not_be_promoted_says_why_and_changes_nothing(
    world: World, accounts: tuple[str, ...], body: dict[str, Any], status: int, words: str
) -> None:
    furnished(world, *accounts)
    before = world.everything()
    assert words in str(promote(world, status, **body))
    assert world.everything() == before


def test_a_bot_on_that_account_already_and_an_armed_account_refuse(world: World) -> None:
    furnished(world, LIVE)
    until = world.clock.now().replace(year=2027)
    promoted = promote(world, 201, id="drift-live")
    answer = world.call("POST", f"/bots/{promoted['id']}/promote", json={})
    assert (answer.status_code, "already" in answer.json["detail"]) == (409, True)
    armed = {"armed": {"until": until, "by": ASHA, "at": until}}
    world.documents.change(LIVE, lambda transaction: transaction.update("controls", LIVE, armed) or {})
    assert "is armed" in promote(world, 409)["detail"]


def test_nobody_promotes_another_users_bot(world: World) -> None:
    promote(furnished(world, LIVE), 404, uid=BELA)
