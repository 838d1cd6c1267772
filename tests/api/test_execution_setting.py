"""A bot's execution setting through the API: kept, changed, and named where it makes no sense."""

from __future__ import annotations

from tests.api.conftest import World

BOT = {"strategy": "confluence", "symbols": ["INFY"], "id": "patient"}


def test_a_bot_keeps_its_execution_setting(world: World) -> None:
    said = {"entries": "post_only", "exits": "marketable_limit", "offset_bps": 2.5}
    made = world.call("POST", "/bots", json={**BOT, "execution": said}).json
    expected = {**said, "collar_bps": 50.0, "replace_after_s": 60, "replacements_max": 3}
    assert made["execution"] == expected
    assert world.call("PATCH", "/bots/patient", json={"name": "Patient"}).json["execution"] == expected
    changed = world.call("PATCH", "/bots/patient", json={"execution": {"entries": "limit"}}).json["execution"]
    assert (changed["entries"], changed["exits"]) == ("limit", "market")


def test_a_time_that_is_no_whole_minute_is_named(world: World) -> None:
    answer = world.call("POST", "/bots", json={**BOT, "execution": {"replace_after_s": 90}})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json["errors"]] == ["execution.replace_after_s"]
