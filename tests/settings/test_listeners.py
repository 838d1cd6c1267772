"""RECORD_DAYS, RECORD_MB and TWIN: without a word a live account is recorded and has a twin, a paper one is not."""

from __future__ import annotations

import pytest

from engine.domain.account import Mode
from engine.domain.errors import InvalidValue
from engine.settings import read_settings

LEAST = {"GOOGLE_CLOUD_PROJECT": "demo-x", "LOCKSTEP_OWNER_UID": "u"}


def test_without_a_word_live_accounts_alone_are_recorded_and_have_a_twin() -> None:
    settings = read_settings(LEAST)
    assert settings.record_days_of(Mode.LIVE) == 5
    assert settings.record_days_of(Mode.PAPER) == 0
    assert settings.twin
    assert settings.recordings_path("live-x").parts[-2:] == ("recordings", "live-x")


def test_a_number_of_days_holds_for_either_and_none_is_one() -> None:
    for days in (0, 7):
        settings = read_settings(LEAST | {"RECORD_DAYS": str(days), "RECORD_MB": "64", "TWIN": "off"})
        assert {settings.record_days_of(mode) for mode in Mode} == {days}
        assert (settings.record_mb, settings.twin) == (64, False)


@pytest.mark.parametrize(
    ("name", "said"), [("RECORD_DAYS", "-1"), ("RECORD_DAYS", "all"), ("RECORD_MB", "0"), ("TWIN", "yes")]
)
def test_what_is_no_such_word_is_refused_by_its_name(name: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=f"{name}: '{said}'" if name != "TWIN" else "TWIN: unknown value 'yes'"):
        read_settings(LEAST | {name: said})
