"""The figures of closed trades, and the grade's published rule at its edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.performance import average_hold_s, expectancy, grade, profit_factor, win_rate

D = Decimal


def graded(wins: int, losses: int, won: str, lost: str, break_even: int = 0) -> str:
    """The grade of so many trades that won and lost so much."""
    return grade(wins + losses + break_even, losses, D(won), D(lost))


@pytest.mark.parametrize(
    ("trades", "expected"),
    [
        ({"wins": 10, "losses": 9, "won": "200", "lost": "10"}, "too few"),
        ({"wins": 10, "losses": 10, "won": "20", "lost": "10"}, "A"),  # factor 2, edge 10 x 10 / (20 x 10) = 0.5
        ({"wins": 10, "losses": 10, "won": "19.99", "lost": "10"}, "B"),
        ({"wins": 15, "losses": 5, "won": "20", "lost": "10"}, "B"),  # edge 0.25: the losses are few and large
        ({"wins": 14, "losses": 6, "won": "20", "lost": "10"}, "A"),  # edge 0.30, just
        ({"wins": 14, "losses": 6, "won": "15", "lost": "10"}, "B"),  # edge 0.15, just
        ({"wins": 15, "losses": 5, "won": "15", "lost": "10"}, "C"),
        ({"wins": 15, "losses": 5, "won": "12", "lost": "10"}, "C"),  # edge 0.05, just
        ({"wins": 16, "losses": 4, "won": "12", "lost": "10"}, "D"),
        ({"wins": 10, "losses": 10, "won": "11.99", "lost": "10"}, "D"),
        ({"wins": 10, "losses": 10, "won": "10", "lost": "10"}, "E"),
        ({"wins": 10, "losses": 10, "won": "5", "lost": "10"}, "E"),
        ({"wins": 20, "losses": 0, "won": "5", "lost": "0"}, "A"),
        ({"wins": 0, "losses": 0, "won": "0", "lost": "0", "break_even": 20}, "E"),
        ({"wins": 10, "losses": 10, "won": "20", "lost": "10", "break_even": 20}, "B"),  # edge 0.25 a trade
    ],
)
def test_a_grade_is_what_the_docs_say(trades: dict[str, Any], expected: str) -> None:
    assert graded(**trades) == expected


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_winning_more_never_worsens_a_grade(wins: int, losses: int, won: int, lost: int, more: int) -> None:
    lost = lost + 1 if losses else 0
    before = grade(wins + losses, losses, D(won), D(lost))
    after = grade(wins + losses, losses, D(won + more), D(lost))
    assert after <= before  # "A" comes first


def test_ratios_are_none_where_their_divisor_is_zero() -> None:
    assert (win_rate(0, 0), profit_factor(D(5), D(0)), expectancy(D(0), 0), average_hold_s(0, 0)) == (None,) * 4
    assert (win_rate(3, 1), profit_factor(D(6), D(4)), expectancy(D(6), 4), average_hold_s(90, 4)) == (
        0.75, 1.5, D("1.5"), 22.5,
    )  # fmt: skip
