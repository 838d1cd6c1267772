"""What a strategy from outside says is looked at before anything is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.signal import SignalType
from engine.strategies.guarded import check_verdict, guarded
from tests.builders.market import bar

BUY = SignalType.BUY
BAR = bar("09:30", (500, 501, 499, 500))


class Own:
    """A strategy as somebody writes it; says what it is given."""

    needs: Any = (("sma", 3),)
    cooldown_s: Any = 0
    confirm_us: Any = 0
    allow_short: Any = False

    def __init__(self, said: Any = None) -> None:
        self.said = said

    def on_bar(self, bar: Any, values: Any) -> Any:
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        return ("so",)


def test_a_sound_verdict_goes_through_as_it_is() -> None:
    verdict = Verdict("signal", 61.5, BUY, inputs={"sma": 500.0})
    assert guarded(Own(verdict)).on_bar(BAR, {}) is verdict  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        (None, "on_bar"),
        ("BUY", "on_bar"),
        (Verdict("hold"), "verdict.code"),
        (Verdict("quiet", 100.5), "verdict.score"),
        (Verdict("quiet", float("nan")), "verdict.score"),
        (Verdict("quiet", True), "verdict.score"),
        (Verdict("quiet", 50.0, BUY), "verdict.signal"),
        (Verdict("signal", 50.0), "verdict.signal"),
        (Verdict("signal", None, BUY), "verdict.signal"),
        (Verdict("signal", 50.0, "BUY"), "verdict.signal"),  # type: ignore[arg-type]
        (Verdict("candidate", 50.0), "verdict.candidate"),
        (Verdict("quiet", 50.0, candidate=BUY), "verdict.candidate"),
        (Verdict("quiet", 50.0, inputs={"sma": float("inf")}), "verdict.inputs"),
        (Verdict("quiet", 50.0, inputs={"sma": "500"}), "verdict.inputs"),  # type: ignore[dict-item]
    ],
)
def test_a_verdict_that_makes_no_sense_is_named(verdict: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        check_verdict(verdict)
    assert raised.value.field == field


def test_a_strategy_that_would_end_the_process_only_fails() -> None:
    with pytest.raises(InvalidValue, match="SystemExit"):
        guarded(Own(SystemExit(1))).on_bar(BAR, {})  # type: ignore[union-attr]


class Exits(Own):
    """One that ends the process wherever it is asked."""

    def on_bars(self, at: Any, bars: Any, values: Any) -> Any:
        raise SystemExit(1)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        raise SystemExit(1)


def test_one_that_compares_symbols_or_explains_itself_does_not_end_it_either() -> None:
    made = guarded(Exits())
    with pytest.raises(InvalidValue, match="SystemExit"):
        made.on_bars(BAR.close_at, {"ACME": BAR}, {"ACME": {}})  # type: ignore[union-attr]
    with pytest.raises(InvalidValue, match="SystemExit"):
        made.explain(Verdict("signal", 50.0, BUY))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"needs": [("sma", 3)]}, "needs"),
        ({"needs": (("astrology", 3),)}, "needs"),
        ({"needs": (("sma", "three"),)}, "needs"),
        ({"cooldown_s": -1}, "cooldown_s"),
        ({"cooldown_s": 1.5}, "cooldown_s"),
        ({"confirm_us": None}, "confirm_us"),
        ({"allow_short": 0}, "allow_short"),
        ({"explain": None}, "explain"),
    ],
)
def test_what_a_strategy_says_of_itself_is_looked_at_when_it_is_made(more: dict[str, Any], field: str) -> None:
    made = type("Changed", (Own,), more)
    with pytest.raises(InvalidValue) as raised:
        guarded(made())
    assert raised.value.field == field
