"""What the runtime sees of the service becomes an alert: dead letters, a broker that is away, a standstill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.domain.alert_kinds import KINDS
from engine.domain.records import HealthRecord
from engine.runtime.alert_causes import AWAY_S, AlertCauses

WELL = HealthRecord(
    account_id="paper-test", effective_mode="paper", clock_speed=1.0, clock_simulated=False, clock_finished=False,
    truth_state="in_step", truth_checked_at=None, truth_differences=(), engine_instance="one", engine_epoch=1,
    heartbeat_at=1_772_433_000_000_000, queue_depth=0, queue_oldest_age_s=0.0, dead_letters=0, feed_state="live",
    last_tick_at=None, ticks=0, ticks_dropped={}, broker_state="connected",
)  # fmt: skip


class Looks:
    """Looks a second apart, and what was told of them."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.subjects: list[str] = []
        self.causes = AlertCauses(self._tell)
        self.now = 100.0

    def _tell(self, kind: str, subject: str, text: str) -> None:
        assert kind in KINDS
        self.told.append((kind, text))
        self.subjects.append(subject)

    def look(self, seconds: int = 1, **changed: Any) -> None:
        for _ in range(seconds):
            self.now += 1
            self.causes.look(replace(WELL, **changed), self.now)

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


def test_a_service_that_does_well_is_nothing_to_tell() -> None:
    looks = Looks()
    looks.look(600)
    assert looks.told == []


def test_each_growth_of_the_dead_letters_is_told_and_those_of_before_the_start_are_not() -> None:
    looks = Looks()
    looks.look(3, dead_letters=2)
    assert looks.told == []
    looks.look(3, dead_letters=3)
    assert looks.told == [
        (
            "dead_letter",
            "Firestore refuses a record for good: 3 dead letters wait for a person, to be sent again or discarded",
        )
    ]
    looks.look(3, dead_letters=1)
    looks.look(3, dead_letters=2)
    assert looks.kinds == ["dead_letter"] * 2
    assert len(set(looks.subjects)) == 1, "of one engine they are one alert, counted"


def test_a_broker_that_is_away_for_a_moment_is_nothing_to_tell() -> None:
    looks = Looks()
    looks.look()
    looks.look(int(AWAY_S) - 1, broker_state="away")
    looks.look(60)
    assert looks.told == []


def test_a_broker_that_stays_away_is_told_once_and_so_is_its_return() -> None:
    looks = Looks()
    looks.look()
    looks.look(300, broker_state="away")
    looks.look(60)
    assert looks.kinds == ["broker_away", "broker_back"]
    assert looks.told[0][1].startswith("The broker's stream of news is broken for 15 s: ")
    looks.look(300, broker_state="away", heartbeat_at=WELL.heartbeat_at + 1)
    assert looks.kinds == ["broker_away", "broker_back", "broker_away"]
    assert looks.subjects[2] != looks.subjects[0], "another absence is another alert"


def test_a_broker_that_gives_no_report_is_away_too_and_its_words_are_said() -> None:
    looks = Looks()
    why = "The broker gives no report since 09:15: connection refused"
    looks.look(60, truth_state="unknown", truth_differences=(why,))
    assert looks.kinds == ["broker_away"]
    assert looks.told[0][1].startswith("The broker has not answered for 15 s.")
    assert looks.told[0][1].endswith(why)


def test_an_engine_that_stood_still_says_so_when_it_goes_on() -> None:
    looks = Looks()
    looks.look(5)
    looks.now += 74
    looks.look()
    assert looks.kinds == ["heartbeat_missing"]
    assert looks.told[0][1].startswith("The engine stood still for 75 s, until ")
    looks.look(60)
    assert len(looks.told) == 1
