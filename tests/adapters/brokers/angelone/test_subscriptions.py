"""Symbols are shared out over the connections and asked for in the broker's words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.adapters.brokers.angelone.prices.frames import LTP, QUOTE, SNAP_QUOTE
from engine.adapters.brokers.angelone.prices.subscriptions import again, shares_of, wish
from engine.domain.errors import InvalidValue
from tests.adapters.brokers.angelone.listed_shares import shares

SBIN, NIFTY = shares("SBIN", "NIFTY50")


@pytest.mark.parametrize(
    ("symbols", "each"), [(0, [0]), (1, [1]), (400, [400]), (401, [201, 200]), (1_000, [334, 333, 333])]
)
def test_few_symbols_take_one_connection_and_a_thousand_take_three(symbols: int, each: list[int]) -> None:
    assert [len(share) for share in shares_of([replace(SBIN, token=str(number)) for number in range(symbols)])] == each


def test_a_thousand_and_one_are_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidValue, match="1,000 symbols at most, 1,001 are wanted"):
        shares_of([SBIN] * 1_001)


def test_a_share_is_asked_for_whole_and_an_index_by_its_price() -> None:
    messages = [json.loads(text) for text in wish(shares_of([SBIN, NIFTY])[0])]
    assert [(each["action"], each["params"]) for each in messages] == [
        (1, {"mode": LTP, "tokenList": [{"exchangeType": 1, "tokens": ["99926000"]}]}),
        (1, {"mode": SNAP_QUOTE, "tokenList": [{"exchangeType": 1, "tokens": ["3045"]}]}),
    ]
    assert all(len(each["correlationID"]) == 10 for each in messages)


def test_asking_again_takes_the_wish_back_first() -> None:
    asked = [json.loads(text) for text in again(shares_of([SBIN], QUOTE)[0])]
    assert [(each["action"], each["params"]["mode"]) for each in asked] == [(0, QUOTE), (1, QUOTE)]
