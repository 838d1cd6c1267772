"""What is worth a write of its own: what a person would act on, at once; what only moves, with the next heartbeat."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from engine.adapters.firestore.documents import SHAPES
from engine.domain.records import HealthRecord
from engine.ports import QueueStatus
from engine.runtime.health import BrokerSeen, Pulse, health_record, held_reason, is_news
from engine.runtime.telling import HEARTBEAT_S, Telling
from engine.simulation.clock import ManualClock
from tests.builders.paper import paper_loop
from tests.runtime.world import ListFeed

IDLE = QueueStatus(0, 0.0, 0, 0, 0, "healthy")


def health(queue: QueueStatus = IDLE) -> HealthRecord:
    """The health of a new account under such a queue."""
    clock = ManualClock()
    return health_record(paper_loop().state, ListFeed(), Pulse(clock.monotonic()), queue, clock, BrokerSeen())


MOVING = {
    "truth_checked_at": 5, "heartbeat_at": 5, "last_tick_at": 5, "ticks": 5, "ticks_dropped": {"repeat": 5},
    "queue_depth": 5, "queue_oldest_age_s": 5.0, "queue_attempts": 5, "queue_delivered": 5,
    "queue_delivered_per_s": 5.0, "journal_detail": "other words",
}  # fmt: skip
NEWS = {
    "effective_mode": "dry", "clock_speed": 1.5, "clock_simulated": False, "clock_finished": True,
    "truth_state": "differs", "truth_differences": ("SBIN",), "engine_instance": "other", "engine_epoch": 7,
    "dead_letters": 1, "feed_state": "stale", "broker_state": "away", "queue_state": "backlog", "queue_parked": 1,
    "store_state": "down", "journal_state": "full", "mode_reasons": ("The account is not armed",), "engine_pid": 9,
    "broker_until": 1_000_000,
}  # fmt: skip


def test_every_field_of_health_is_known_to_move_or_to_be_news() -> None:
    assert {item.name for item in fields(HealthRecord)} == {"account_id", *MOVING, *NEWS}


@pytest.mark.parametrize("name", MOVING)
def test_what_only_moves_waits_for_the_next_heartbeat(name: str) -> None:
    told, telling = health(), Telling()
    assert telling.health(told, 100, beats=True)
    moved = replace(told, **{name: MOVING[name]})
    assert moved != told
    for second in range(101, 100 + round(HEARTBEAT_S)):
        assert not telling.health(moved, second, beats=True)
    assert telling.health(moved, 100 + HEARTBEAT_S, beats=True)


@pytest.mark.parametrize("name", NEWS)
def test_what_a_person_would_act_on_is_told_at_once_and_once(name: str) -> None:
    told, telling = health(), Telling()
    telling.health(told, 100, beats=True)
    news = replace(told, **{name: NEWS[name]})
    assert [telling.health(news, second, beats=True) for second in (101, 102)] == [True, False]
    assert telling.health(told, 103, beats=True), "and that it has passed"


def test_how_many_documents_are_parked_is_no_news_but_that_one_is() -> None:
    assert is_news(replace(health(), queue_parked=1), health())
    assert not is_news(replace(health(), queue_parked=9), replace(health(), queue_parked=1))


def test_a_queue_is_a_backlog_from_the_age_at_which_screens_warn() -> None:
    assert health(replace(IDLE, depth=900, oldest_age_s=9.9)).queue_state == "idle"
    assert health(replace(IDLE, depth=1, oldest_age_s=10.1)).queue_state == "backlog"


def test_without_heartbeats_news_alone_is_told() -> None:
    telling = Telling()
    assert telling.health(health(), 0, beats=False)
    assert not telling.health(replace(health(), heartbeat_at=9), 500, beats=False)
    assert telling.health(replace(health(), journal_state="full"), 501, beats=False)


def test_entries_are_held_exactly_while_the_journal_does_not_write() -> None:
    assert held_reason(IDLE) is None
    said = held_reason(replace(IDLE, journal_state="full", journal_detail="The disk is full: 3 batches wait."))
    until = "Entries wait until the journal writes again; exits go on, at a broker those that can be written down"
    assert said == f"The disk is full: 3 batches wait. {until}"
    assert "failed" in (held_reason(replace(IDLE, journal_state="failed")) or "")


def test_the_document_shows_all_there_is_to_know_of_the_queue() -> None:
    queue = QueueStatus(7, 12.345, 2, 900, 41, "degraded", 3, 15.5, "full", "The disk is full.")
    written = SHAPES[HealthRecord].more(health(queue), lambda symbol: 2)
    assert written["write_queue"] == {
        "state": "backlog", "depth": 7, "oldest_age_s": 12.345, "dead_letters": 2, "parked": 3, "attempts": 41,
        "delivered": 900, "delivered_per_s": 15.5, "store_state": "degraded", "journal_state": "full",
        "journal_detail": "The disk is full.",
    }  # fmt: skip
