"""A row of the list of products becomes an instrument with its true steps; what is no spot product, or lacks what it
takes to trade it, is refused in words.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.market import TradingStatus
from tests.adapters.brokers.coinbase.printed import listed


def test_steps_and_bounds_are_those_of_the_list() -> None:
    found = listed("DOGE-USD", price_increment="0.00001", base_increment="0.1", quote_min_size="1", base_min_size="0.1")
    made = found.instrument
    assert (made.symbol, made.venue, made.currency) == ("DOGE-USD", "COINBASE", "USD")
    assert (made.price_digits, made.tick_size) == (5, Decimal("0.00001"))
    assert (made.quantity_digits, made.lot_size) == (1, Decimal("0.1"))
    assert made.minimum_notional == found.quote_min_size == 1
    assert made.whole_lots(Decimal("12.37")) == Decimal("12.3")


@pytest.mark.parametrize(("increment", "digits"), [("0.0100", 2), ("1", 0), ("10", 0), ("0.25", 2), ("1E-8", 8)])
def test_a_step_has_as_many_decimals_as_it_needs(increment: str, digits: int) -> None:
    assert listed(price_increment=increment).instrument.price_digits == digits


@pytest.mark.parametrize(
    ("row", "status", "says"),
    [
        ({"trading_disabled": True}, TradingStatus.HALTED, "trading in it is switched off"),
        ({"is_disabled": True}, TradingStatus.HALTED, "switched off"),
        ({"cancel_only": True}, TradingStatus.HALTED, "only be cancelled"),
        ({"post_only": True}, TradingStatus.HALTED, "rest in the book"),
        ({"view_only": True}, TradingStatus.HALTED, "looked at"),
        ({"auction_mode": True}, TradingStatus.AUCTION, "auction"),
        ({"status": "delisted"}, TradingStatus.HALTED, "Coinbase says that it is delisted"),
        ({"status": None}, TradingStatus.HALTED, "in no known state"),
        ({"limit_only": True}, TradingStatus.TRADING, None),
        ({}, TradingStatus.TRADING, None),
    ],
)
def test_whether_it_trades_is_read_from_its_flags(
    row: dict[str, object], status: TradingStatus, says: str | None
) -> None:
    found = listed(**row)
    assert found.status is status
    assert (found.closed is None) == (says is None)
    assert says is None or says in str(found.closed)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"product_type": "FUTURE"}, "BTC-USD is no product of Coinbase's spot market"),
        ({"base_increment": "0"}, "lists no base_increment"),
        ({"price_increment": ""}, "lists no price_increment"),
        ({"quote_min_size": None}, "lists no quote_min_size"),
        ({"base_max_size": "-1"}, "lists no base_max_size"),
        ({"quote_max_size": "NaN"}, "lists no quote_max_size"),
        ({"price_increment": "0.00000000001"}, "digits must be 0 to 10"),
        ({"product_id": ""}, "without a name"),
    ],
)
def test_what_can_not_be_traded_for_certain_is_refused(row: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        listed(**row)
