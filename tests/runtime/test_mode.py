"""Live is effective only while all of it is well; whatever is not, or can't be told, is dry, and says so."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.effective import EffectiveMode
from engine.domain.instant import SECOND
from engine.runtime.mode import MARGIN_S, Conditions, effective

NOW = 1_790_000_000 * SECOND
WELL = Conditions(
    mode="live", now=NOW, armed_until=NOW + SECOND, read_only=False, store_healthy=True, lease_left_s=7.0,
    broker="connected", reconciled=True, feed="live", kill="",
)  # fmt: skip
CASES: list[tuple[str, Any, str]] = [
    ("armed_until", 0, "not armed"),
    ("armed_until", NOW, "expired"),
    ("armed_until", NOW + 25 * 3_600 * SECOND, "longer than is allowed"),
    ("read_only", True, "read only"),
    ("store_healthy", False, "Firestore"),
    ("lease_left_s", MARGIN_S, "lease"),
    ("lease_left_s", float("nan"), "lease"),
    ("broker", "away", "not connected"),
    ("reconciled", False, "not compared"),
    ("feed", "stale", "No prices"),
    ("feed", "finished", "No prices"),
    ("kill", "Killed by ann: odd", "Killed by ann"),
]


def test_an_armed_account_is_live_while_all_is_well() -> None:
    assert effective(WELL) == (EffectiveMode.LIVE, ())
    assert effective(replace(WELL, feed="late", lease_left_s=MARGIN_S + 0.01))[0] is EffectiveMode.LIVE


@pytest.mark.parametrize(("name", "value", "words"), CASES)
def test_each_condition_alone_makes_it_dry_and_says_why(name: str, value: Any, words: str) -> None:
    mode, reasons = effective(replace(WELL, **{name: value}))
    assert (mode, len(reasons)) == (EffectiveMode.DRY, 1)
    assert words in reasons[0]


@pytest.mark.parametrize("name", [each.name for each in fields(Conditions)])
def test_whatever_can_not_be_told_is_dry(name: str) -> None:
    mode, reasons = effective(replace(WELL, **{name: None}))
    assert (mode, len(reasons)) == (EffectiveMode.DRY, 1)


@given(st.sets(st.sampled_from(range(len(CASES)))))
def test_every_reason_is_told_and_none_is_made_up(chosen: set[int]) -> None:
    by_name = {CASES[number][0]: CASES[number] for number in sorted(chosen)}
    mode, reasons = effective(replace(WELL, **{name: value for name, value, _ in by_name.values()}))
    assert (mode is EffectiveMode.LIVE) == (not chosen)
    assert len(reasons) == len(by_name)
    assert all(any(words in reason for reason in reasons) for _, _, words in by_name.values())


@pytest.mark.parametrize("name", [each.name for each in fields(Conditions) if each.name != "mode"])
def test_a_paper_account_is_paper_whatever_else_is_known(name: str) -> None:
    assert effective(replace(WELL, mode="paper", **{name: None})) == (EffectiveMode.PAPER, ())


@pytest.mark.parametrize("mode", ["", "Live", "dry", "PAPER"])
def test_a_mode_that_is_not_understood_is_dry(mode: str) -> None:
    assert effective(replace(WELL, mode=mode)) == (EffectiveMode.DRY, ("The account's mode can't be read",))
