"""Records that somebody waits for before acting: they go first, in order, and the wait always ends with the truth."""

import threading

import pytest

from engine.domain.errors import (
    BackPressure,
    OperatingError,
    OutcomeUnknown,
)
from engine.domain.records import AccountRecord, BarRecord, OrderRecord
from tests.outbox.sample_records import published, sample
from tests.outbox.way_by_hand import Way, alerts, expected

INTENT = sample(OrderRecord, 7)


def names(way: Way) -> list[str]:
    return [record.name for record in way.store.records if isinstance(record, AccountRecord)]


def test_what_is_awaited_jumps_a_backlog_of_ten_thousand_and_the_rest_keeps_its_order() -> None:
    way = Way()
    facts = alerts(*range(1, 10_001))
    way.put(1, *facts)
    way.relay.step()
    waits = expected(way, 10_001, INTENT)
    way.relay.step()
    assert way.store.batches[1] == [INTENT]
    waits.wait(0)
    assert way.store.delivered_sequence == 200, "what was jumped counts as missing"
    way.settle()
    assert [record for record in way.store.records if record is not way.store.batches[1][0]] == facts
    assert way.store.records.count(INTENT) == 1
    assert way.store.delivered_sequence >= 10_000


def test_what_comes_before_it_in_its_document_goes_with_it_in_order() -> None:
    way = Way()
    bars = [sample(BarRecord, 1, slot=f"slot-{number}") for number in range(1, 6)]
    way.put(1, *alerts(*range(1, 500)), *bars[:2])
    way.put(600, *alerts(*range(500, 1000)), *bars[2:4])
    waits = expected(way, 1200, bars[4])
    way.relay.step()
    assert way.store.batches == [bars]
    waits.wait(0)
    way.settle()
    assert [record for record in way.store.records if isinstance(record, BarRecord)] == bars


def test_an_awaited_state_does_not_rest_for_its_pace() -> None:
    way = Way()
    way.put(1, sample(AccountRecord, name="first"))
    way.relay.step()
    waits = expected(way, 2, sample(AccountRecord, name="halted"))
    way.relay.step()
    waits.wait(0)
    assert (names(way), way.clock.monotonic()) == (["first", "halted"], 0.0)


def test_a_state_replaced_by_a_newer_one_is_in_once_the_newer_is() -> None:
    way = Way()
    way.store.troubles.append(OutcomeUnknown("UNAVAILABLE"))
    waits = expected(way, 1, sample(AccountRecord, name="first"))
    way.relay.step()
    way.put(2, sample(AccountRecord, name="second"))
    assert not waits.settled.is_set()
    way.clock.advance(1.0)
    while not names(way):
        assert not waits.settled.is_set()
        way.relay.step()
    waits.wait(0)
    assert names(way) == ["second"]


def test_a_state_replaced_in_the_journal_before_the_relay_saw_it_is_in_once_the_newer_is() -> None:
    way = Way()
    waits = expected(way, 1, sample(AccountRecord, name="first"))
    way.put(2, sample(AccountRecord, name="second"))
    way.store.troubles.extend([OutcomeUnknown("UNAVAILABLE")] * 2)
    way.relay.step()
    assert not waits.settled.is_set()
    way.settle()
    waits.wait(0)
    assert names(way) == ["second"]


def test_what_is_in_already_ends_the_wait_at_once_also_while_the_store_is_down() -> None:
    way = Way()
    batch = published(1, INTENT)
    waits = way.relay.waiters.expect(batch)
    way.journal.put(batch)
    way.settle()
    way.store.troubles.extend([OutcomeUnknown("UNAVAILABLE")] * 20)
    way.put(2, *alerts(1))
    way.relay.step()
    waits.hurry(0)
    way.relay.step()
    waits.wait(0)


def test_a_lost_reply_is_not_taken_for_delivered_and_the_record_goes_again_under_its_id() -> None:
    way = Way()
    way.store.lost_replies = 1
    waits = expected(way, 1, INTENT)
    way.relay.step()
    assert way.store.records == [INTENT]
    assert not waits.settled.is_set()
    for _ in range(2):  # parked by itself, so once its second is over
        way.relay.step()
        way.clock.advance(1.0)
    waits.wait(0)
    assert way.store.records == [INTENT, INTENT]


@pytest.mark.parametrize("trouble", [OutcomeUnknown("UNAVAILABLE"), BackPressure("RESOURCE_EXHAUSTED")])
def test_a_store_that_is_down_ends_the_wait_in_time_with_the_last_trouble_as_its_cause(trouble: OperatingError) -> None:
    way = Way(chance=lambda: 1.0)
    way.store.troubles.extend([trouble] * 1000)
    waits = expected(way, 1, INTENT)
    way.relay.step()
    with pytest.raises(type(trouble), match=r"orders/.* not known to be in the store within 0 s") as raised:
        waits.wait(0)
    assert raised.value.__cause__ is trouble
    way.store.troubles.clear()
    way.settle()
    assert way.store.records == [INTENT], "it is sent all the same"


def test_a_store_that_is_down_is_asked_once_a_second_while_somebody_waits() -> None:
    way = Way(chance=lambda: 1.0)
    way.store.troubles.extend([OutcomeUnknown("UNAVAILABLE")] * 1000)
    way.put(1, *alerts(1))
    for _ in range(8):
        way.clock.advance(way.relay.step() or 0.0)  # the rests have grown to 32 s
    asked = len(way.store.tried)
    way.relay.step()
    waits = expected(way, 2, INTENT)
    for _ in range(100):
        way.relay.step()
        way.clock.advance(0.1)
    assert 10 <= len(way.store.tried) - asked <= 12
    way.store.troubles.clear()
    way.clock.advance(1.0)
    way.relay.step()
    way.relay.step()
    assert way.store.batches[0] == [INTENT]
    waits.wait(0)


def test_an_awaited_document_that_is_parked_is_tried_once_a_second() -> None:
    way = Way(chance=lambda: 1.0)
    way.store.poison = lambda record: OutcomeUnknown("INTERNAL") if isinstance(record, OrderRecord) else False
    waits = expected(way, 1, INTENT)
    began_with = len(way.store.tried)
    for _ in range(30):
        way.relay.step()
        way.clock.advance(0.1)
    assert way.store.tried[began_with:].count([INTENT]) == 3
    way.store.poison = lambda record: False
    way.clock.advance(1.0)
    way.relay.step()
    waits.wait(0)


def test_many_threads_wait_at_once_on_a_relay_that_runs() -> None:
    way = Way()
    stopped, woken = threading.Event(), threading.Event()

    def wait(seconds: float) -> None:
        woken.wait(seconds)
        woken.clear()

    way.journal.on_durable = woken.set
    way.relay.waiters.wake = woken.set
    runs = threading.Thread(target=lambda: way.relay.run(stopped.is_set, wait))
    runs.start()
    failures: list[BaseException] = []
    puts = threading.Lock()

    def deliver(number: int) -> None:
        batch = published(number, sample(OrderRecord, number))
        waits = way.relay.waiters.expect(batch)
        try:
            with puts:  # the twin is put to by one thread at a time
                way.journal.put(batch)
            waits.wait(30)
            assert batch[0].record in way.store.records
        except BaseException as error:  # noqa: BLE001  told below, on the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(1, 33)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stopped.set()
    woken.set()
    runs.join()
    assert failures == []
    assert way.relay.waiters.documents() == frozenset()


def test_what_nobody_came_to_wait_for_is_not_kept() -> None:
    """An exit of a live account leaves as soon as it is on this machine's disk: thousands a week, none waited for."""
    way = Way()
    for number in range(1, 50):
        way.relay.waiters.expect(published(number, sample(OrderRecord, number)))
    waits = expected(way, 50, INTENT)
    assert len(way.relay.waiters._kept()) == 1
    way.relay.step()
    waits.wait(0)
    assert way.relay.waiters._kept() == ()
