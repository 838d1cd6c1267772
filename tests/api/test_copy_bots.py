"""A bot that copies, asked for by a person: its leader is there, may be followed, and follows nobody back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.domain.copy_rules import CopyAllow, CopyRules
from tests.api.conftest import World, build_world
from tests.api.world import ASHA, ASHAS, BELA, BELAS, START, account_fields, put


def body(leader: str, bot_id: str = "mirror", **parameters: Any) -> dict[str, Any]:
    return {"id": bot_id, "strategy": "copy", "symbols": ["INFY"], "parameters": {"leader": leader, **parameters}}


def refused(world: World, asked: dict[str, Any], method: str = "POST", path: str = "/bots") -> str:
    """The one thing that is wrong with the leader."""
    before = world.everything()
    answer = world.call(method, path, json=asked)
    assert answer.status_code == 400, answer.json
    (error,) = answer.json["errors"]
    assert error["field"] == "parameters.leader"
    assert world.everything() == before
    return str(error["message"])


@pytest.fixture
def second(world: World) -> str:
    """Asha has another account, with a bot in it."""
    own = {"user_id": ASHA, "account_id": "paper-second", "mode": "paper"}
    bot = {**(world.documents.get("bots", "drift") or {}), **own}
    del bot["id"]
    fields = account_fields(ASHA, "paper-second")
    put(world.documents, "paper-second", ("accounts", "paper-second", fields), ("bots", "other", bot))
    return "paper-second/other"


def test_a_bot_may_copy_a_bot_of_its_account_or_of_another_of_its_users(world: World, second: str) -> None:
    for number, leader in enumerate(("drift", f"{ASHAS}/drift", "*", second, "paper-second/*")):
        answer = world.call("POST", "/bots", json={**body(leader, f"mirror-{number}"), "account_id": ASHAS})
        assert answer.status_code == 201, answer.json
        assert answer.json["parameters"] == {"leader": leader}


@pytest.mark.parametrize(
    ("leader", "says"),
    [
        ("nobody", "there is no nobody in this account"),
        ("paper-none/drift", "there is no paper-none/drift that this account may follow"),
        (f"{BELAS}/drift-b", f"there is no {BELAS}/drift-b that this account may follow"),
        (f"{BELAS}/*", f"there is no {BELAS}/* that this account may follow"),
        ("a/b/c", "'a/b/c' is no leader: bot, account/bot, account/* or * (a whole account)"),
        ("mirror", "there is no mirror in this account"),
        (f"{ASHAS}-rehearsal/*", f"{ASHAS}-rehearsal is a rehearsal: nobody follows what is simulated"),
    ],
)
def test_a_leader_that_is_not_there_or_not_to_be_followed_is_named(world: World, leader: str, says: str) -> None:
    assert refused(world, body(leader)) == says


def test_bots_that_would_follow_each_other_are_refused(world: World) -> None:
    world.call("POST", "/bots", json=body("drift", "first"))
    world.call("POST", "/bots", json=body("first", "second"))
    wanted = {"strategy": "copy", "parameters": {"leader": "second"}}
    says = refused(world, wanted, "PATCH", "/bots/drift")
    assert says == f"{ASHAS}/drift would follow itself, by way of {ASHAS}/second and {ASHAS}/first"
    assert (
        refused(world, {"parameters": {"leader": "first"}}, "PATCH", "/bots/first") == f"{ASHAS}/first follows itself"
    )


def test_a_chain_of_more_than_three_is_refused(world: World) -> None:
    for bot_id, leader in (("b", "drift"), ("c", "b"), ("d", "c")):
        assert world.call("POST", "/bots", json=body(leader, bot_id)).status_code == 201
    assert refused(world, body("d", "e")).endswith("more than 3 leaders one behind the other")


@pytest.mark.parametrize(
    ("rules", "leader", "says"),
    [
        (CopyRules(CopyAllow.NONE), "drift", "Nobody may be followed here (COPY_ALLOW)"),
        (CopyRules(pairs=((ASHA, BELA),)), f"{BELAS}/drift-b", None),
        (
            CopyRules(pairs=((ASHA, BELA),)),
            f"{BELAS}/nobody",
            f"there is no {BELAS}/nobody that this account may follow",
        ),
    ],
)
def test_the_deployment_says_who_may_be_followed(
    tmp_path: Path, rules: CopyRules, leader: str, says: str | None
) -> None:
    world = build_world(tmp_path, copy_rules=rules)
    if says is None:
        assert world.call("POST", "/bots", json=body(leader)).status_code == 201
    else:
        assert refused(world, body(leader)) == says


def test_words_of_a_parameter_are_told_and_held_to(world: World) -> None:
    items = {item["name"]: item for item in world.call("GET", "/strategies").json["items"]}
    told = {item["name"]: item for item in items["copy"]["parameters"]}
    assert (told["leader"]["kind"], told["leader"]["default"]) == ("text", "*")
    assert (told["follow"]["kind"], told["follow"]["choices"]) == ("choice", ["fills", "signals"])
    answer = world.call("POST", "/bots", json=body("drift", follow="everything"))
    wanted = [{"field": "parameters.follow", "message": "must be fills or signals, is 'everything'"}]
    assert answer.json["errors"] == wanted


def test_resuming_a_follower_that_waits_for_a_person_tells_the_engine(world: World) -> None:
    fields = {"leader": "drift", "strategy": "copy", "desired": "running", "generation": 4}
    own = {"user_id": ASHA, "account_id": ASHAS, "mode": "paper", "name": "Wild", "symbols": ["INFY"], "deleted": False}
    status = {"readiness": {"can_trade": False, "blocking_reason": "wild"}}
    put(world.documents, ASHAS, ("bots", "wild", {**own, **fields, "status": status, "created_at": START}))
    assert world.call("POST", "/bots/wild/resume").status_code == 200
    bot = world.documents.get("bots", "wild") or {}
    assert (bot["generation"], bot["desired"]) == (5, "running")
    assert (
        world.call("POST", "/bots/drift/resume").json["generation"]
        == (world.documents.get("bots", "drift") or {})["generation"]
    )
