"""At a venue that takes no order at the market, what a bot wants there goes at a limit that trades at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.core.execution import entry_terms, execution_of, within_band
from engine.domain.events import InstrumentListed
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.order import OrderState, OrderType, Side
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.core.leg_desk import LegDesk, leg_desk
from tests.core.stop_wire import StopWire

D = Decimal
AT_MARKET = Execution()


def limited(**changes: object) -> LegDesk:
    return leg_desk(AT_MARKET, limits_only=True, **changes)  # type: ignore[arg-type]


def test_an_entry_and_an_exit_go_at_limits_half_a_percent_beyond_the_price() -> None:
    made = limited()
    made.hold()
    made.leave()
    kinds = [(order.side, order.order_type, order.limit_price) for order in made.sent]
    assert kinds == [(Side.BUY, OrderType.LIMIT, D("502.50")), (Side.SELL, OrderType.LIMIT, D("497.50"))]


def test_the_bots_own_collar_counts() -> None:
    assert limited(collar_bps=D(13)).enter().limit_price == D("500.65")


@pytest.mark.parametrize(("side", "limit"), [(Side.BUY, "501.30"), (Side.SELL, "498.70")])
def test_the_limit_is_rounded_to_the_tick_on_the_side_that_is_better_for_us(side: Side, limit: str) -> None:
    setting = Execution(EntryStyle.MARKETABLE_LIMIT, collar_bps=D("26.5"))
    assert entry_terms(setting, side, D(500), instrument()).limit_price == D(limit)


def test_a_limit_that_is_to_trade_at_once_stays_within_the_days_band() -> None:
    banded = replace(instrument(), band_low=D("499.00"), band_high=D("501.00"))
    made = limited(listed=banded)
    made.hold()
    made.leave()
    assert [order.limit_price for order in made.sent] == [D("501.00"), D("499.00")]
    assert within_band(D("490.00"), Side.BUY, banded) == D("490.00")  # on our side of the price: the band says nothing


@pytest.mark.parametrize(("side", "limit", "kept"), [
    (Side.BUY, "510.00", "501.00"), (Side.BUY, "501.05", "501.00"), (Side.BUY, "501.00", "501.00"),
    (Side.SELL, "490.00", "499.05"), (Side.SELL, "499.00", "499.05"), (Side.SELL, "499.05", "499.05"),
])  # fmt: skip
def test_the_edge_of_a_band_between_two_ticks_is_the_tick_within(side: Side, limit: str, kept: str) -> None:
    banded = replace(instrument(), band_low=D("499.02"), band_high=D("501.03"))
    assert within_band(D(limit), side, banded) == D(kept)


def test_an_entry_beyond_a_band_whose_edge_is_between_two_ticks_is_sent() -> None:
    made = limited(listed=replace(instrument(), band_low=D("499.02"), band_high=D("501.03")))
    assert made.enter().limit_price == D("501.00")


def test_an_exit_keeps_to_the_band_of_today_not_to_that_of_the_entrys_day() -> None:
    made = limited()
    made.hold()
    made.take(InstrumentListed(replace(instrument(), band_low=D("499.00"), band_high=D("501.00"))))
    assert made.leave().limit_price == D("499.00")


def test_the_limit_of_a_stop_at_the_venue_stays_within_the_band() -> None:
    wire = StopWire()
    wire.take(InstrumentListed(replace(instrument(), band_low=D("490.00"), band_high=D("510.00"))))
    wire.close_minute()
    wire.fill(wire.arrive().order_id)
    wire.hear()
    (stop,) = wire.outgoing
    assert (stop.trigger_price, stop.limit_price) == (D("495.00"), D("490.00"))  # two percent beyond: 485.10


def test_an_entry_that_is_not_filled_goes_again_at_the_limit_it_was_decided_with() -> None:
    made = limited()
    first = made.enter()
    made.pass_minute("502")
    made.cancelled(first)
    second = made.sent[-1]
    assert (second.limit_price, second.order_id != first.order_id) == (D("502.50"), True)
    made.pass_minute("503")
    made.cancelled(second)
    assert made.sent[-1] is second
    assert "more than 50 basis points beyond 500" in made.alerts("order_given_up")[0]


def test_an_exit_that_is_not_filled_goes_further_each_time_until_it_is() -> None:
    made = limited()
    made.hold()
    made.leave()
    for limit in ("495.00", "490.00"):
        made.pass_minute("480")
        made.cancelled(made.sent[-1])
        assert made.sent[-1].limit_price == D(limit)
        made.accepted()
    made.fill(made.sent[-1], 100)
    assert made.written(made.sent[-1]).state is OrderState.FILLED
    assert not made.engine.state.portfolio.all()


def test_a_bot_that_sets_limits_of_its_own_keeps_its_entries_and_leaves_at_limits() -> None:
    resting = bot("alpha", quantity=1)
    patient = replace(resting, execution=Execution(EntryStyle.LIMIT, ExitStyle.MARKET, offset_bps=D(10)))
    limits_only = account(limits_only=True)
    assert execution_of(limits_only, patient).entries is EntryStyle.LIMIT
    assert execution_of(limits_only, patient).exits is ExitStyle.MARKETABLE_LIMIT
    assert execution_of(limits_only, None).exits is ExitStyle.MARKETABLE_LIMIT
    assert execution_of(account(), patient) is patient.execution
    assert execution_of(account(), None) == Execution()


def test_a_bot_may_ask_for_limits_that_trade_at_once_itself() -> None:
    made = leg_desk(Execution(EntryStyle.MARKETABLE_LIMIT))
    order = made.enter()
    assert (order.order_type, order.limit_price) == (OrderType.LIMIT, D("502.50"))
    assert made.leg(order).execution == Execution(EntryStyle.MARKETABLE_LIMIT)
