"""Permission is a type: nobody but the gate makes one, an exit only reduces, and nobody need look for it to judge."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.core.risk.checks import ENTRY_CHECKS
from engine.core.risk.gate import Approved, judge_entry, judge_exit
from engine.core.risk.view import RiskView
from engine.domain.instant import SECOND
from engine.domain.order import OrderRequest, Purpose, Refusal, Side
from engine.domain.risk import RiskPolicy
from tests.builders.times import at

MILLION = Decimal(1_000_000)


def exit_request(side: Side, quantity: str, purpose: Purpose = Purpose.EXIT) -> OrderRequest:
    return OrderRequest("ORDER", "alpha", "ACME", side, Decimal(quantity), Decimal(500), purpose, at("10:00"))


@pytest.mark.parametrize("seal", [None, object(), True, "seal"])
def test_an_approval_cannot_be_made_outside_the_gate(seal: object) -> None:
    with pytest.raises(TypeError, match="only the risk gate"):
        Approved(exit_request(Side.SELL, "10"), Decimal(0), seal)


def test_an_approval_cannot_be_turned_into_one_of_another_order() -> None:
    approved = judge_exit(exit_request(Side.SELL, "10"), Decimal(10))
    assert isinstance(approved, Approved)
    with pytest.raises((TypeError, ValueError)):
        replace(approved, request=exit_request(Side.SELL, "1000"))
    with pytest.raises((TypeError, ValueError)):
        replace(approved, request=exit_request(Side.SELL, "1000"), seal=None)
    with pytest.raises(AttributeError):
        approved.request = exit_request(Side.SELL, "1000")  # type: ignore[misc]


def test_a_copy_of_an_approval_approves_the_same_order() -> None:
    approved = judge_exit(exit_request(Side.SELL, "10"), Decimal(10))
    assert copy.copy(approved) == approved
    assert pickle.loads(pickle.dumps(approved)) == approved


@pytest.mark.parametrize(
    ("side", "quantity", "open_quantity", "approved"),
    [
        (Side.SELL, "10", "10", True),
        (Side.SELL, "9", "10", True),
        (Side.SELL, "11", "10", False),
        (Side.SELL, "0", "10", False),
        (Side.SELL, "10", "0", False),
        (Side.BUY, "10", "10", False),
        (Side.BUY, "10", "-10", True),
        (Side.BUY, "11", "-10", False),
        (Side.SELL, "10", "-10", False),
    ],
)
def test_an_exit_only_reduces(side: Side, quantity: str, open_quantity: str, approved: bool) -> None:
    answer = judge_exit(exit_request(side, quantity), Decimal(open_quantity))
    assert isinstance(answer, Approved) is approved
    if isinstance(answer, Refusal):
        assert answer.code == "reduce_only"


def test_an_entry_does_not_pass_as_an_exit() -> None:
    answer = judge_exit(exit_request(Side.SELL, "10", Purpose.ENTRY), Decimal(10))
    assert isinstance(answer, Refusal)


def entry_request(quantity: int) -> OrderRequest:
    price = Decimal(500)
    return OrderRequest("ORDER", "alpha", "ACME", Side.BUY, Decimal(quantity), price, Purpose.ENTRY, at("10:00"))


def account(age_s: int, lost: int, cash: int, positions: int, gross: int, sent: int) -> RiskView:
    """An account of a million that may have lost, is short of cash, holds much, or has sent orders just now."""
    return RiskView(
        RiskPolicy(), MILLION - lost, Decimal(cash), Decimal(0), positions, True, at("10:00") - age_s * SECOND,
        Decimal(1), Decimal(gross), Decimal(gross), sent_second=sent, start_equity_day=MILLION, lot_size=Decimal(5),
    )  # fmt: skip


@given(
    st.integers(0, 120),
    st.builds(
        account,
        age_s=st.integers(0, 40),
        lost=st.integers(0, 40_000),
        cash=st.integers(0, 200_000),
        positions=st.integers(0, 12),
        gross=st.integers(0, 1_200_000),
        sent=st.integers(0, 12),
    ),
)
@example(100, account(age_s=0, lost=0, cash=200_000, positions=0, gross=0, sent=0))
def test_where_nobody_sees_the_checks_the_answer_is_the_same_and_the_first_refusal_the_last_asked(
    quantity: int, view: RiskView
) -> None:
    request = entry_request(quantity)
    shown, unseen = judge_entry(request, view), judge_entry(request, view, shown=False)
    assert len(shown.checks) == len(ENTRY_CHECKS)
    assert unseen.checks == shown.checks[: len(unseen.checks)]
    if isinstance(unseen, Refusal) and isinstance(shown, Refusal):
        assert replace(unseen, checks=()) == replace(shown, checks=())
    else:
        assert unseen == shown
    assert [each.ok for each in unseen.checks].count(False) == isinstance(unseen, Refusal)
    assert unseen.checks[-1].ok is isinstance(unseen, Approved)
