"""How much an entry trades: each kind by its formula, and what holds of all of them whatever the numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.charges import charges_on, schedule
from engine.core.sizing import SizingView, entry_quantity
from engine.domain.errors import InvalidValue
from engine.domain.exits import Exits
from engine.domain.instrument import Instrument
from engine.domain.order import Refusal, Side
from engine.domain.sizing import ByTemperature, Sizing, SizingKind, require_stop
from tests.builders.market import instrument

D = Decimal
RATES = schedule("nse_intraday").on("2026-10-01")
KINDS = list(SizingKind)


def charges(quantity: Decimal, entry: Decimal, leave: Decimal) -> Decimal:
    """A long round trip, intraday."""
    return charges_on(RATES, Side.BUY, entry * quantity).total + charges_on(RATES, Side.SELL, leave * quantity).total


def view(price: str = "500", equity: str = "1000000", share_pct: str = "100", **more: object) -> SizingView:
    """A share at 500, a million, an ATR of 4, a stop 1 % below; one order may be all of the equity."""
    plain = SizingView(
        instrument=instrument(),
        price=D(price),
        equity=D(equity),
        most=D(equity) * D(share_pct) / 100 / D(price),
        score=80.0,
        atr=4.0,
        stop=D(price) * D("0.99"),
        charges=charges,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def sized(kind: SizingKind, value: str, seen: SizingView | None = None, **more: object) -> Decimal | Refusal:
    return entry_quantity(Sizing(kind, D(value), **more), seen or view())  # type: ignore[arg-type]


def quantity_of(kind: SizingKind, value: str, seen: SizingView | None = None, **more: object) -> Decimal:
    found = sized(kind, value, seen, **more)
    assert isinstance(found, Decimal), found
    return found


def test_the_page_s_worked_examples() -> None:
    """docs/RISK.md, Size of an entry: 1,000,000 rupees, a share at 500, ATR 4, a stop of 1 %."""
    assert quantity_of(SizingKind.EQUITY_PCT, "5") == 100
    assert quantity_of(SizingKind.NOTIONAL, "25000") == 50
    assert quantity_of(SizingKind.QUANTITY, "20") == 20
    assert quantity_of(SizingKind.VOLATILITY, "0.04") == 100
    assert quantity_of(SizingKind.RISK_PER_TRADE, "0.05") == 79
    assert quantity_of(SizingKind.EQUITY_PCT, "5", view(score=45.0), by_temperature=ByTemperature(warm=D("0.5"))) == 50


def test_risk_per_trade_is_the_most_that_loses_no_more_than_it_may() -> None:
    found, budget = quantity_of(SizingKind.RISK_PER_TRADE, "0.05"), D(500)

    def loss(quantity: Decimal) -> Decimal:
        slippage = (D(500) + D(495)) * 5 / 10_000
        return quantity * (5 + slippage) + charges(quantity, D(500), D(495))

    assert loss(found) <= budget < loss(found + 1)


def test_a_size_from_a_range_that_is_not_warm_is_refused_with_its_name() -> None:
    for atr, says in ((None, "ATR 20 has too few bars yet"), (0.0, "ATR 20 is 0")):
        answer = sized(SizingKind.VOLATILITY, "1", view(atr=atr), atr_period=20)
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.detail[: len(says)]) == ("sizing_warming", says)


def test_a_temperature_that_gets_nothing_makes_no_entry_and_says_so() -> None:
    scale = ByTemperature(cool=D(0), warm=D("0.5"), hot=D(2))
    answers = [sized(SizingKind.QUANTITY, "10", view(score=score), by_temperature=scale) for score in (10, 30, 50, -70)]
    assert [answer.code if isinstance(answer, Refusal) else answer for answer in answers] == [
        "temperature", "temperature", 5, 20,
    ]  # fmt: skip


def test_a_calm_market_is_bought_as_far_as_the_policy_lets_one_order_be_worth() -> None:
    assert quantity_of(SizingKind.VOLATILITY, "1", view(atr=0.01, share_pct="5")) == 100
    assert quantity_of(SizingKind.RISK_PER_TRADE, "50", view(share_pct="5")) == 100
    hot = ByTemperature(hot=D(3))
    assert quantity_of(SizingKind.EQUITY_PCT, "5", view(share_pct="5"), by_temperature=hot) == 100
    assert quantity_of(SizingKind.EQUITY_PCT, "8", view(share_pct="5")) == 160, "what is asked for plainly is refused"


def test_whole_lots_are_what_is_traded() -> None:
    lots = replace(instrument(), lot_size=D(30))
    assert quantity_of(SizingKind.EQUITY_PCT, "5", view(instrument=lots)) == 90
    assert quantity_of(SizingKind.RISK_PER_TRADE, "0.05", view(instrument=lots)) == 60
    assert quantity_of(SizingKind.VOLATILITY, "0.01", view(instrument=lots)) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": SizingKind.VOLATILITY, "value": D(101)}, "sizing.value"),
        ({"kind": SizingKind.RISK_PER_TRADE, "value": D(0)}, "sizing.value"),
        ({"kind": SizingKind.VOLATILITY, "atr_period": 1}, "sizing.atr_period"),
        ({"kind": SizingKind.NOTIONAL, "atr_period": 20}, "sizing.atr_period"),
        ({"kind": SizingKind.RISK_PER_TRADE, "slippage_bps": D(501)}, "sizing.slippage_bps"),
        ({"kind": SizingKind.EQUITY_PCT, "slippage_bps": D(1)}, "sizing.slippage_bps"),
    ],
)
def test_what_can_not_be_meant_is_named(more: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        Sizing(**more)  # type: ignore[arg-type]
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("times", "field"),
    [({"hot": D(4)}, "sizing.by_temperature.hot"), ({"cool": D(-1)}, "sizing.by_temperature.cool"),
     ({"cool": D(0), "warm": D(0), "hot": D(0)}, "sizing.by_temperature")],
)  # fmt: skip
def test_multipliers_are_bounded(times: dict[str, Decimal], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        ByTemperature(**times)
    assert raised.value.field == field


def test_risk_per_trade_without_a_stop_is_refused_at_creation() -> None:
    with pytest.raises(InvalidValue) as raised:
        require_stop(Sizing(SizingKind.RISK_PER_TRADE, D(1)), Exits(trail_pct=D(1)))
    assert raised.value.field == "exits.stop_pct"
    require_stop(Sizing(SizingKind.RISK_PER_TRADE, D(1)), Exits(stop_pct=D(1)))


def decimals(least: str, most: str, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(least), D(most), places=places)


@st.composite
def views(draw: st.DrawFn) -> SizingView:
    """Any price, equity, stop, range, score and lot."""
    price = draw(decimals("0.05", "90000"))
    lot = draw(st.sampled_from(["1", "0.001", "25", "75"]))
    made = Instrument("ACME", "NSE", "INR", 2, 3, D("0.05"), D(lot))
    equity = draw(decimals("-1000", "100000000"))
    return SizingView(
        instrument=made,
        price=price,
        equity=equity,
        most=max(D(0), equity) * draw(decimals("0.01", "100")) / 100 / price,
        score=draw(st.floats(-100, 100)),
        atr=draw(st.none() | st.floats(0, 5000)),
        stop=draw(st.none() | decimals("0.01", "99").map(lambda pct: price * (1 - pct / 100))),
        charges=charges,
    )


@st.composite
def sizings(draw: st.DrawFn, kinds: tuple[SizingKind, ...] = tuple(KINDS)) -> Sizing:
    scale = draw(st.none() | st.builds(ByTemperature, decimals("0", "3"), decimals("0", "3"), decimals("0.01", "3")))
    return Sizing(draw(st.sampled_from(kinds)), draw(decimals("0.01", "100")), by_temperature=scale)


@given(sizings(), views())
def test_a_size_is_whole_lots_and_never_negative(sizing: Sizing, seen: SizingView) -> None:
    found = entry_quantity(sizing, seen)
    if isinstance(found, Decimal):
        assert found >= 0
        assert found % seen.instrument.lot_size == 0


@given(sizings(), views())
def test_what_is_reckoned_or_scaled_is_never_above_the_policy(sizing: Sizing, seen: SizingView) -> None:
    found = entry_quantity(sizing, seen)
    reckoned = sizing.kind in (SizingKind.VOLATILITY, SizingKind.RISK_PER_TRADE) or sizing.by_temperature is not None
    if reckoned and isinstance(found, Decimal):
        assert found <= seen.most


@given(sizings(), views(), st.integers(1, 20))
def test_more_equity_and_a_larger_value_never_make_a_smaller_entry(
    sizing: Sizing, seen: SizingView, times: int
) -> None:
    before = entry_quantity(sizing, seen)
    richer = replace(seen, equity=seen.equity * times, most=seen.most * times)
    after = [entry_quantity(sizing, richer)] if seen.equity > 0 else []
    larger = sizing.value * times
    if larger <= 100:
        after.append(entry_quantity(replace(sizing, value=larger), seen))
    for found in after:
        assert isinstance(found, Refusal) == isinstance(before, Refusal)
        if isinstance(found, Decimal) and isinstance(before, Decimal):
            assert found >= before


@given(views(), decimals("0.01", "100"), decimals("0.1", "10"))
def test_a_wider_stop_and_a_wilder_market_never_make_a_larger_entry(
    seen: SizingView, value: Decimal, wider: Decimal
) -> None:
    if seen.stop is not None:
        further = replace(seen, stop=max(D(0), seen.stop - seen.price * wider / 100))
        risk = Sizing(SizingKind.RISK_PER_TRADE, value)
        near, far = entry_quantity(risk, seen), entry_quantity(risk, further)
        assert isinstance(near, Decimal)
        assert isinstance(far, Decimal)
        assert far <= near + seen.instrument.lot_size  # charges are whole paise: a lot more may just fit
    if seen.atr:
        calm = entry_quantity(Sizing(SizingKind.VOLATILITY, value), seen)
        wild = entry_quantity(Sizing(SizingKind.VOLATILITY, value), replace(seen, atr=seen.atr * float(1 + wider)))
        if isinstance(calm, Decimal):
            assert isinstance(wild, Decimal)
            assert wild <= calm


@given(views(), decimals("0.01", "100"))
def test_the_loss_at_the_stop_is_never_more_than_was_to_be_risked(seen: SizingView, value: Decimal) -> None:
    found = entry_quantity(Sizing(SizingKind.RISK_PER_TRADE, value), seen)
    if seen.stop is None:
        assert seen.equity <= 0 or isinstance(found, Refusal)
    elif isinstance(found, Decimal) and found:
        lost = found * abs(seen.price - seen.stop) + charges(found, seen.price, seen.stop)
        assert lost <= seen.equity * value / 100


@pytest.mark.parametrize("atr", [float("nan"), float("inf"), 0.0, 1e-9, -1.0])
def test_an_atr_that_is_no_move_makes_no_size(atr: float) -> None:
    found = sized(SizingKind.VOLATILITY, "1", view(atr=atr))
    assert isinstance(found, Refusal)
    assert found.code == "sizing_warming"
