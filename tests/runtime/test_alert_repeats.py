"""The same cause is told once and counted; a fault that goes on is told ever more rarely; nothing counted is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.runtime.alert_repeats import CAUSES_MAX, LONGEST_S, WINDOW_S, Repeated, Repeats, words_of
from tests.runtime.letterbox import alert


def test_ten_thousand_of_a_cause_in_a_minute_are_one_that_passes_and_a_count() -> None:
    repeats = Repeats()
    passed = [repeats.passes(alert(), now=second * 0.006) for second in range(10_000)]
    assert passed.count(True) == 1
    assert repeats.closed(59.99) == []
    (told,) = repeats.closed(WINDOW_S)
    assert (told.more, told.alert.count) == (9_999, 10_000)
    assert words_of(told) == "The day's loss reached 3 % … and 9,999 more in the last minute"


def test_another_account_kind_or_subject_is_another_cause() -> None:
    repeats = Repeats()
    assert repeats.passes(alert(), 0)
    assert repeats.passes(alert(subject="2026-03-03"), 0)
    assert repeats.passes(alert(kind="drawdown"), 0)


def test_a_cause_that_is_quiet_for_a_window_is_news_again() -> None:
    repeats = Repeats()
    assert repeats.passes(alert(), 0)
    assert repeats.closed(WINDOW_S) == []
    assert repeats.passes(alert(), WINDOW_S + 1)


def test_while_it_goes_on_its_windows_double_up_to_an_hour() -> None:
    repeats, told = Repeats(), []
    for second in range(12 * 3600):
        repeats.passes(alert(), float(second))
        told += [(second, each.over_s) for each in repeats.closed(float(second))]
    assert [over for _, over in told[:7]] == [60, 120, 240, 480, 960, 1920, LONGEST_S]
    assert len(told) < 20, "a fault of half a day is a handful of messages"


def turns(seconds: int, every_s: int, *, of: tuple[str, str] = ("dry", "live")) -> list[tuple[int, str, int]]:
    """When what was told of two kinds that take turns so often, each time another alert: second, kind, turns before."""
    repeats, told = Repeats(), []
    for second in range(seconds):
        for each in repeats.closed(float(second)):
            told.append((second, each.alert.kind, each.more))
        if second % every_s == 0:
            kind = of[second // every_s % 2]
            if repeats.passes(alert(kind, str(second)), float(second)):
                told.append((second, kind, 0))
    return told


@pytest.mark.parametrize("of", [("dry", "live"), ("held", "let_go"), ("broker_away", "broker_back")])
def test_what_stops_and_goes_on_again_and_again_is_told_twice_and_then_each_ten_minutes(of: tuple[str, str]) -> None:
    told = turns(8 * 3600, 3, of=of)
    assert [(second, kind) for second, kind, _ in told[:4]] == [(0, of[0]), (3, of[1]), (6, of[0]), (9, of[1])]
    assert told[4][0] == 12 + 600
    assert len(told) < 60, "a night of it"
    assert sum(1 + more for _, _, more in told[4:]) > 9_000, "each turn is counted"


@pytest.mark.parametrize("every_s", [20, 70, 130, 300, 900])
def test_turns_of_any_length_are_some_messages_an_hour(every_s: int) -> None:
    assert len(turns(8 * 3600, every_s)) < 70


def test_how_things_stand_after_many_turns_is_told_a_minute_after_the_last() -> None:
    repeats = Repeats()
    for number, kind in enumerate(["broker_away", "broker_back"] * 4 + ["broker_away"]):
        repeats.passes(alert(kind, str(number), f"turn {number}"), number)
    assert repeats.closed(8 + 59) == []
    (told,) = repeats.closed(8 + 60)
    assert told.alert.alert_id == alert("broker_away", "8").alert_id
    assert words_of(told) == "turn 8 … after 4 more turns in the last minute"
    assert repeats.closed(700) == []


def test_after_ten_quiet_minutes_it_is_told_at_once_again() -> None:
    repeats = Repeats()
    for begin in (0, 700, 1400):
        assert all(repeats.passes(alert(kind, f"{begin} {n}"), begin + n) for n, kind in enumerate(("dry", "live") * 2))


def test_turns_that_wait_at_the_end_are_told() -> None:
    repeats = Repeats()
    for number in range(5):
        repeats.passes(alert("held" if number % 2 == 0 else "let_go", str(number), "the disk is full"), number)
    assert [words_of(each) for each in repeats.all(5)] == ["the disk is full"]
    assert repeats.all(6) == []


def test_the_count_of_a_cause_goes_on_over_its_windows() -> None:
    repeats = Repeats()
    for now in (0, 1, 2):
        repeats.passes(alert(), now)
    assert [each.alert.count for each in repeats.closed(60)] == [3]
    repeats.passes(alert(), 61)
    assert [(each.alert.count, each.more) for each in repeats.closed(180)] == [(4, 1)]


def test_what_was_counted_when_too_many_causes_came_is_told_before_it_is_forgotten() -> None:
    repeats = Repeats()
    repeats.passes(alert(), 0)
    repeats.passes(alert(), 0)
    for number in range(CAUSES_MAX):
        assert repeats.passes(alert(subject=str(number)), 1)
    assert [each.more for each in repeats.closed(2)] == [1]


def test_at_the_end_everything_counted_is_told_once() -> None:
    repeats = Repeats()
    repeats.passes(alert(), 0)
    repeats.passes(alert(), 1)
    assert [each.more for each in repeats.all(2)] == [1]
    assert repeats.all(3) == []


@pytest.mark.parametrize(("seconds", "span"), [(9, "minute"), (60, "minute"), (960, "16 minutes"), (7200, "2 hours")])
def test_the_time_it_took_is_said_in_words(seconds: float, span: str) -> None:
    assert words_of(Repeated(alert(), 2, seconds)).endswith(f"and 2 more in the last {span}")


def test_what_changed_meanwhile_about_the_same_thing_is_what_is_told_in_the_end() -> None:
    repeats = Repeats()
    repeats.passes(replace(alert(), text="it is tried again"), 0)
    repeats.passes(replace(alert(), text="five tries, no further one: place a stop by hand"), 1)
    (told,) = repeats.closed(WINDOW_S)
    assert words_of(told) == "five tries, no further one: place a stop by hand … and 1 more in the last minute"
