"""Alive, able to serve, and measured: without a token, and without anything that is a user's."""

from __future__ import annotations

from engine.domain.errors import OutcomeUnknown
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS

WHY = "Firestore does not answer (UNAVAILABLE), trying again in 12 s; nothing is traded until it answers."


def away(_method: str) -> None:
    raise OutcomeUnknown("UNAVAILABLE")


def test_alive_does_not_depend_on_the_store(world: World) -> None:
    world.wire.before = away
    answer = world.call("GET", "/health", uid=None)
    assert (answer.status_code, answer.json["status"], answer.json["uptime_seconds"]) == (200, "ok", 3600.0)


def test_ready_is_a_store_that_answers_or_an_engine_that_reports(world: World) -> None:
    silent = world.call("GET", "/ready", uid=None).json
    assert (silent["checks"], silent["detail"]) == ({"store": "ok", "engine": "silent", "journal": None}, None)
    world.wire.before = away
    world.clock.elapsed_s += 1
    assert world.call("GET", "/ready", uid=None).status_code == 503
    world.engine_speaks()
    world.clock.elapsed_s += 1
    spoken = world.call("GET", "/ready", uid=None).json
    assert spoken["checks"] == {"store": "down", "engine": "ok", "journal": "writing"}


def test_an_engine_that_waits_for_the_store_says_so_instead_of_being_ready(world: World) -> None:
    world.wire.before = away
    world.engine_starts("starting", WHY)
    answer = world.call("GET", "/ready", uid=None)
    assert (answer.status_code, answer.json["detail"]) == (503, f"Not ready: {WHY}")
    health = world.call("GET", "/health-metrics").json
    assert (health["engine"], health["engine_detail"]) == ("starting", WHY)
    assert (health["engine_since"], health["firestore_status"]) == ("2026-03-02T06:30:00Z", "down")
    assert health["write_queue"]["depth"] == 3
    assert health["active_positions"] is None, "nobody knows them now"


def test_an_engine_that_waits_for_another_leaves_the_answers_to_the_store(world: World) -> None:
    world.engine_starts("waiting", "Another engine (ab) holds the account until 06:31:30 UTC.")
    answer = world.call("GET", "/ready", uid=None)
    assert (answer.status_code, answer.json["checks"]["engine"]) == (200, "waiting")
    assert answer.json["detail"].startswith("Another engine (ab)")
    assert world.call("GET", "/positions").json["items"][0]["current_price"] == 101.0, "as the store has it"
    health = world.call("GET", "/health-metrics").json
    assert (health["engine"], health["active_positions"], health["bots_running"]) == ("waiting", 1, 1)
    assert [item["symbol"] for item in world.call("GET", "/instruments").json["items"]] == ["INFY", "NIFTY50", "TCS"]


def test_nothing_of_a_user_is_told_without_a_token(world: World) -> None:
    world.wire.before = away
    world.engine_starts("starting", WHY)
    text = world.call("GET", "/ready", uid=None).get_data(as_text=True)
    assert ASHA not in text
    assert ASHAS not in text


def test_a_journal_that_has_no_room_is_told(world: World) -> None:
    world.engine_speaks()
    assert world.snapshots.held is not None
    queue = world.snapshots.held["accounts"][ASHAS]["queue"]
    queue |= {"journal_state": "full", "journal_detail": "The disk is full: records wait in memory."}
    answer = world.call("GET", "/ready", uid=None).json
    assert (answer["checks"]["journal"], answer["detail"]) == ("full", "The disk is full: records wait in memory.")
    assert world.call("GET", "/health-metrics").json["engine_detail"] == "The disk is full: records wait in memory."


def test_probing_cannot_hammer_the_store(world: World) -> None:
    reads: list[str] = []
    world.wire.before = reads.append
    for _ in range(50):
        world.call("GET", "/ready", uid=None)
    assert len(reads) == 1


def test_metrics_count_requests_by_route_and_show_the_write_queue(world: World) -> None:
    world.call("GET", "/bots/drift")
    world.call("GET", "/bots/missing")
    world.call("GET", "/nowhere/at/all")
    world.call("BREW", "/bots")
    world.engine_speaks()
    answer = world.call("GET", "/metrics", uid=None)
    text = answer.get_data(as_text=True)
    assert 'http_requests_total{method="GET",route="/api/v1/bots/<string:id>",status="200"} 1.0' in text
    assert 'http_requests_total{method="GET",route="/api/v1/bots/<string:id>",status="404"} 1.0' in text
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'http_requests_total{method="other",route="unmatched",status="405"} 1.0' in text
    assert 'http_request_duration_seconds_count{method="GET",route="/api/v1/bots/<string:id>"} 2.0' in text
    assert "lockstep_queue_depth 3.0" in text
    assert "lockstep_queue_oldest_age_seconds 0.5" in text
    assert "lockstep_queue_attempts 91.0" in text
    assert "lockstep_queue_delivered 90.0" in text
    assert "lockstep_queue_delivered_per_second 2.5" in text
    assert "lockstep_queue_parked 1.0" in text
    assert "lockstep_dead_letters 2.0" in text
    for state, accounts in (("healthy", 0.0), ("degraded", 1.0), ("down", 0.0)):
        assert f'lockstep_store_state{{state="{state}"}} {accounts}' in text
    assert 'lockstep_journal_state{state="writing"} 1.0' in text
    assert 'lockstep_journal_state{state="full"} 0.0' in text
    assert "lockstep_engine_up 1.0" in text
    assert ASHA not in text
    assert ASHAS not in text


def test_response_times_are_the_mean_and_the_95th_percentile_of_the_last_thousand(world: World) -> None:
    times = world.app.extensions["lockstep"].times
    assert times.recent_ms() == (None, None)
    for _ in range(500):
        times.observe("GET", "/api/v1/bots", 200, 9.0)
    for n in range(1000):
        times.observe("GET", "/api/v1/bots", 200, (n + 1) / 1000)
    times.observe("GET", "/", 200, 60.0)
    assert times.recent_ms() == (500.5, 950.0)
