"""Permission is a type: nobody but the gate makes one, and an exit only reduces."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.core.risk.gate import Approved, judge_exit
from engine.domain.order import OrderRequest, Purpose, Refusal, Side
from tests.builders.times import at


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
