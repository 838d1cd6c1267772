"""Arming takes a live account, a fresh sign-in, a broker connection that may trade, and bots proven on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.domain.arming import PAPER_SESSIONS_MIN, Arming
from engine.domain.identity import strategy_key
from engine.domain.instant import instant_of
from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, BELAS, account_fields, bot_fields

LIVE = "live-1"
KEY = strategy_key("confluence", "1m", {"confirm_s": 300})


@pytest.fixture
def armable(world: World) -> World:
    """Asha has a live account, whose one bot has a like on her paper account with enough sessions."""

    def furnish(transaction: Transaction) -> Fields:
        transaction.update("users", ASHA, {"accounts": [LIVE, ASHAS]})
        transaction.create("accounts", LIVE, {**account_fields(ASHA, LIVE), "mode": "live"})
        transaction.create("bots", "live-drift", {**bot_fields(ASHA, LIVE), "mode": "live", "name": "Drift live"})
        return {}

    world.documents.change(LIVE, furnish)
    sessions(world, PAPER_SESSIONS_MIN)
    world.clock.elapsed_s = 0.0  # she has just signed in
    return world


def sessions(world: World, count: int, of: str = KEY) -> None:
    """The paper bot has completed so many."""
    status = {**bot_fields(ASHA, ASHAS)["status"], "sessions": count, "sessions_of": of}
    world.documents.change(ASHAS, lambda t: t.update("bots", "drift", {"status": status}) or {})


def control(world: World) -> Arming:
    """As the engine reads it, having just looked."""
    plane = FirestoreControlPlane(world.wire, world.documents, world.clock.now)
    plane.generation(LIVE)
    return plane.arming(LIVE)


def write(world: World, **fields: Any) -> None:
    """Somebody writes the live account's controls by hand."""
    world.documents.change(LIVE, lambda t: t.update("controls", LIVE, fields) or {})


def refused(world: World, words: str, status: int = 409, account_id: str = LIVE, uid: str = ASHA) -> None:
    before = world.everything()
    answer = world.call("POST", f"/accounts/{account_id}/arm", uid=uid)
    assert (answer.status_code, words in answer.json["detail"]) == (status, True), answer.json
    assert world.everything() == before


def test_an_armed_account_says_until_when_and_by_whom_and_the_engine_reads_it(armable: World) -> None:
    armable.clock.elapsed_s = 60.0
    answer = armable.call("POST", f"/accounts/{LIVE}/arm")
    until = armable.clock.now() + timedelta(hours=8)
    assert (answer.status_code, answer.json["armed"]["by"]) == (200, ASHA)
    assert control(armable) == Arming(instant_of(until), False)


@pytest.mark.parametrize(("hours", "status"), [(0.5, 200), (24, 200), (24.01, 400), (0, 400), (-1, 400), ("8", 400)])
def test_it_is_armed_for_a_day_at_most(armable: World, hours: Any, status: int) -> None:
    answer = armable.call("POST", f"/accounts/{LIVE}/arm", json={"hours": hours})
    assert answer.status_code == status
    expected = instant_of(armable.clock.now() + timedelta(hours=hours)) if status == 200 else 0
    assert (control(armable).until or 0) == expected


def test_an_old_sign_in_does_not_arm(armable: World) -> None:
    armable.clock.elapsed_s = 300.0
    assert armable.call("POST", f"/accounts/{LIVE}/arm").status_code == 200
    armable.clock.elapsed_s = 301.0
    answer = armable.call("POST", f"/accounts/{LIVE}/arm")
    assert (answer.status_code, answer.json["type"]) == (403, "urn:lockstep:problem:recent-sign-in")
    assert "Sign in again" in answer.json["detail"]


def test_disarming_needs_no_fresh_sign_in_and_can_be_repeated(armable: World) -> None:
    armable.call("POST", f"/accounts/{LIVE}/arm")
    armable.clock.elapsed_s = 3_000.0
    for _ in range(2):
        assert armable.call("POST", f"/accounts/{LIVE}/disarm").json["armed"] is None
        assert control(armable).until == 0


def test_a_paper_account_is_not_armed(armable: World) -> None:
    refused(armable, "paper account", account_id=ASHAS)


def test_a_strangers_account_is_not_there(armable: World) -> None:
    refused(armable, "no such account", 404, uid=BELA)
    refused(armable, "no such account", 404, account_id=BELAS)


@pytest.mark.parametrize(("count", "of"), [(PAPER_SESSIONS_MIN - 1, KEY), (99, "another"), (0, KEY)])
def test_a_bot_that_was_not_long_enough_on_paper_keeps_its_account_from_being_armed(
    armable: World, count: int, of: str
) -> None:
    sessions(armable, count, of)
    counted = count if of == KEY else 0
    refused(armable, f"Drift live has completed {counted} of {PAPER_SESSIONS_MIN} sessions on a paper account")


def test_an_account_without_bots_is_not_armed(armable: World) -> None:
    armable.documents.change(LIVE, lambda t: t.update("bots", "live-drift", {"deleted": True}) or {})
    refused(armable, "the account has no bot")


def test_a_connection_that_only_reads_is_not_armed_until_it_may_trade(armable: World) -> None:
    assert armable.call("PUT", f"/accounts/{LIVE}/broker-connection", json={"read_only": True}).status_code == 200
    assert control(armable).read_only is True
    refused(armable, "read only")
    armable.clock.elapsed_s = 301.0
    answer = armable.call("PUT", f"/accounts/{LIVE}/broker-connection", json={"read_only": False})
    assert answer.json["type"].endswith("recent-sign-in")
    armable.clock.elapsed_s = 10.0
    assert armable.call("PUT", f"/accounts/{LIVE}/broker-connection", json={"read_only": False}).status_code == 200
    assert armable.call("POST", f"/accounts/{LIVE}/arm").status_code == 200


def test_while_it_is_armed_no_bot_is_made_or_changed_and_stopping_one_works(armable: World) -> None:
    body = {"strategy": "confluence", "symbols": ["INFY"], "account_id": LIVE, "id": "new"}
    armable.call("POST", f"/accounts/{LIVE}/arm")
    for answer in (
        armable.call("PATCH", "/bots/live-drift", json={"parameters": {"confirm_s": 1}}),
        armable.call("PATCH", "/bots/live-drift", json={"name": "Other"}),
    ):
        assert (answer.status_code, "Disarm it" in answer.json["detail"]) == (409, True)
    assert armable.call("POST", "/bots/live-drift/stop").status_code == 200
    assert armable.call("POST", "/bots", json=body).status_code in (409, 503)
    armable.call("POST", f"/accounts/{LIVE}/disarm")
    assert armable.call("PATCH", "/bots/live-drift", json={"name": "Other"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"armed": "yes"}, Arming(None, False)),
        ({"armed": {"until": "tomorrow"}}, Arming(None, False)),
        ({"armed": {}}, Arming(None, False)),
        ({"armed": None, "read_only": "no"}, Arming(0, None)),
    ],
)
def test_what_can_not_be_read_is_told_as_such(armable: World, fields: Fields, expected: Arming) -> None:
    armable.call("POST", f"/accounts/{LIVE}/disarm")
    write(armable, **fields)
    assert control(armable) == expected


def test_controls_that_were_never_read_say_nothing() -> None:
    plane = FirestoreControlPlane(None, None, None)  # type: ignore[arg-type]
    assert plane.arming(LIVE) == Arming(None, None)
