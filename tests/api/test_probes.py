"""Alive, able to serve, and measured: without a token, and without anything that is a user's."""

from __future__ import annotations

from engine.domain.errors import OutcomeUnknown
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS


def away(_method: str) -> None:
    raise OutcomeUnknown("UNAVAILABLE")


def test_alive_does_not_depend_on_the_store(world: World) -> None:
    world.wire.before = away
    answer = world.call("GET", "/health", uid=None)
    assert (answer.status_code, answer.json["status"], answer.json["uptime_seconds"]) == (200, "ok", 3600.0)


def test_ready_is_a_store_that_answers_or_an_engine_that_reports(world: World) -> None:
    assert world.call("GET", "/ready", uid=None).json["checks"] == {"store": "ok", "engine": "silent"}
    world.wire.before = away
    world.clock.elapsed_s += 1
    assert world.call("GET", "/ready", uid=None).status_code == 503
    world.engine_speaks()
    world.clock.elapsed_s += 1
    assert world.call("GET", "/ready", uid=None).json["checks"] == {"store": "down", "engine": "ok"}


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
