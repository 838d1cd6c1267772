"""Alerts on the API: narrowed to a severity and a kind, with what came of their delivery; and the channels tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.api.app import create_app
from engine.api.dependencies import ApiDependencies, ClientConfig
from engine.api.models.answers import AlertPage
from engine.api.models.channels import AlertTestAnswer
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA, START, put
from tests.runtime.letterbox import Letterbox

OWN = {"user_id": ASHA, "account_id": ASHAS, "mode": "paper", "text": "t"}


@pytest.fixture
def told(world: World) -> World:
    """A critical stop that was delivered, one that was not, and the warning of the furnished world."""
    ways = [{"channel": "ops", "at": START, "failed": None}, {"channel": "phone", "at": START, "failed": "no route"}]
    stop = {**OWN, "severity": "critical", "kind": "daily_stop", "count": 3, "last_at": START, "delivered_to": ways}
    kill = {**OWN, "severity": "critical", "kind": "kill", "count": 1, "last_at": None, "delivered_to": []}
    put(
        world.documents,
        ASHAS,
        ("alerts", "STOP", {**stop, "at": START + timedelta(minutes=1)}),
        ("alerts", "KILL", {**kill, "at": START + timedelta(minutes=2)}),
    )
    return world


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["KILL", "STOP", "ALERT"]),
        ("?severity=critical", ["KILL", "STOP"]),
        ("?kind=daily_stop", ["STOP"]),
        ("?severity=critical&kind=kill", ["KILL"]),
        ("?severity=warning&kind=kill", []),
    ],
)
def test_alerts_are_narrowed_to_a_severity_and_a_kind(told: World, query: str, ids: list[str]) -> None:
    answer = told.call("GET", f"/alerts{query}").json
    AlertPage.model_validate(answer)
    assert [item["id"] for item in answer["items"]] == ids


def test_a_severity_that_there_is_not_is_refused_by_name(told: World) -> None:
    answer = told.call("GET", "/alerts?severity=bad")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "severity")


def test_an_alert_says_how_often_it_happened_and_what_came_of_its_delivery(told: World) -> None:
    (stop,) = told.call("GET", "/alerts?kind=daily_stop").json["items"]
    assert stop["count"] == 3
    assert [(each["channel"], each["failed"]) for each in stop["delivered_to"]] == [
        ("ops", None),
        ("phone", "no route"),
    ]


def app_with(world: World, tmp_path: Path, *boxes: Letterbox) -> World:
    """The same world with channels."""
    client = ClientConfig("demo-test", "key", "demo-test.firebaseapp.com")
    deps = ApiDependencies(
        world.documents, world.snapshots, world.tokens, world.clock, tmp_path, client, owner_uid=ASHA, notifiers=boxes
    )
    return replace(world, app=create_app(deps))


def test_the_owner_tries_every_channel_and_hears_what_came_of_each(world: World, tmp_path: Path) -> None:
    good, bad = Letterbox("good"), Letterbox("bad", failing="no route")
    answer = app_with(world, tmp_path, good, bad).call("POST", "/alerts/test", json={})
    assert answer.status_code == 200
    AlertTestAnswer.model_validate(answer.json)
    assert answer.json["items"] == [
        {"channel": "good", "delivered": True, "detail": None},
        {"channel": "bad", "delivered": False, "detail": "no route"},
    ]
    assert good.bodies == ["This is a test of the alerts. Nothing happened."]


def test_without_a_channel_nothing_is_tried(world: World) -> None:
    assert world.call("POST", "/alerts/test", json={}).json["items"] == []


def test_nobody_but_the_owner_tries_them(world: World, tmp_path: Path) -> None:
    box = Letterbox()
    assert app_with(world, tmp_path, box).call("POST", "/alerts/test", uid=BELA, json={}).status_code == 403
    assert box.letters == []
