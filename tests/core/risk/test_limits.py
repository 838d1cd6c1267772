"""Each limit just under, exactly at, and one smallest unit over, with the numbers in its reason.

A row: the check, what differs from the plain request and the plain account, and the sentence it is refused with (None:
it passes). Rows come in threes: under, at, over.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.core.risk import checks
from engine.core.risk.checks import ENTRY_CHECKS
from engine.core.risk.gate import Approved, judge_entry
from engine.core.risk.view import RiskView
from engine.domain.instant import NEVER, SECOND
from engine.domain.order import OrderRequest, Purpose, Refusal, Side
from engine.domain.risk import RiskPolicy
from engine.domain.risk_limits import LIMITS, NO_SYMBOL
from engine.domain.signal import Temperature
from tests.builders.times import at

D = Decimal
NOW = at("10:00")
MILLION = D(1_000_000)
COLD, WARM, HOT = Temperature.COOL, Temperature.WARM, Temperature.HOT


def request(**changes: Any) -> OrderRequest:
    """100 ACME at 500.00 at the market: worth 50,000, exactly 5 % of a million."""
    plain = OrderRequest("ORDER", "alpha", "ACME", Side.BUY, D(100), D("500.00"), Purpose.ENTRY, NOW)
    return replace(plain, **changes)


def view(policy: RiskPolicy | None = None, **changes: Any) -> RiskView:
    """An account of a million with nothing open, a fresh price, and the default policy."""
    plain = RiskView(
        policy=policy or RiskPolicy(),
        equity=MILLION,
        cash_free=MILLION,
        at_risk_pct=D(0),
        positions=0,
        new_position=True,
        quote_at=NOW,
        minimum_notional=D(1),
        start_equity_day=MILLION,
        temperature=HOT,
        minute_of_day=10 * 60,
        last_price=D("500.00"),
        tick_size=D("0.05"),
        lot_size=D(1),
    )
    return replace(plain, **changes)


def limit(price: str, **more: Any) -> dict[str, Any]:
    return {"limit_price": D(price), **more}


def priced(price: str) -> dict[str, Any]:
    return {"price": D(price)}


def allows(**limits: Any) -> dict[str, Any]:
    return {"policy": RiskPolicy(**limits)}


Row = tuple[str, dict[str, Any], dict[str, Any], str | None]
NOTHING: dict[str, Any] = {}
CASES: list[Row] = [
    ("zero_quantity", {"quantity": D(1)}, NOTHING, None),
    ("zero_quantity", {"quantity": D(0)}, NOTHING, "The sizing does not reach one lot at 500.00"),
    ("lot_size", {"quantity": D(50)}, {"lot_size": D(25)}, None),
    ("lot_size", {"quantity": D(51)}, {"lot_size": D(25)}, "51 is no whole number of lots of 25"),
    ("tick_size", limit("500.05"), NOTHING, None),
    ("tick_size", limit("500.06"), NOTHING, "A limit of 500.06 is between ticks of 0.05"),
    ("price_band", limit("549.95"), {"band_high": D("550.00")}, None),
    ("price_band", limit("550.00"), {"band_high": D("550.00")}, None),
    ("price_band", limit("550.05"), {"band_high": D("550.00")},
     "ACME: 550.05 is outside the day's price band, any to 550"),
    ("price_band", limit("450.05"), {"band_low": D("450.00")}, None),
    ("price_band", limit("450.00"), {"band_low": D("450.00")}, None),
    ("price_band", limit("449.95"), {"band_low": D("450.00"), "band_high": D("550.00")},
     "ACME: 449.95 is outside the day's price band, 450 to 550"),
    ("symbols_allowed", NOTHING, NOTHING, None),
    ("symbols_allowed", NOTHING, allows(symbols_allowed=("ACME", "INFY")), None),
    ("symbols_allowed", NOTHING, allows(symbols_allowed=("INFY", "TCS")),
     "ACME is not among the symbols allowed: INFY, TCS"),
    ("symbols_allowed", NOTHING, allows(symbols_allowed=(NO_SYMBOL,)),
     "ACME is not among the symbols allowed: (none)"),
    ("no_entry", NOTHING, allows(no_entry=("09:30-10:00", "10:01-10:30")), None),
    ("no_entry", NOTHING, allows(no_entry=("10:00-10:30",)),
     "At 10:00 no entries are made: 10:00-10:30 is kept free of them"),
    ("no_entry", NOTHING, allows(no_entry=("09:30-10:01",)),
     "At 10:00 no entries are made: 09:30-10:01 is kept free of them"),
    ("no_entry", NOTHING, {**allows(no_entry=("22:00-02:00",)), "minute_of_day": 119},
     "At 01:59 no entries are made: 22:00-02:00 is kept free of them"),
    ("no_entry", NOTHING, {**allows(no_entry=("22:00-02:00",)), "minute_of_day": 120}, None),
    ("temperature", NOTHING, {**allows(temperature_min=WARM), "temperature": HOT}, None),
    ("temperature", NOTHING, {**allows(temperature_min=WARM), "temperature": WARM}, None),
    ("temperature", NOTHING, {**allows(temperature_min=WARM), "temperature": COLD},
     "The score is COOL; entries are made from WARM on"),
    ("stale_quote", NOTHING, {"quote_at": NOW - 30 * SECOND + 1}, None),
    ("stale_quote", NOTHING, {"quote_at": NOW - 30 * SECOND}, None),
    ("stale_quote", NOTHING, {"quote_at": NOW - 30 * SECOND - 1}, "ACME: price 30.000001 s old, limit 30 s"),
    ("stale_quote", NOTHING, {"quote_at": NOW - 31 * SECOND}, "ACME: price 31 s old, limit 30 s"),
    ("stale_quote", NOTHING, {"quote_at": -NEVER}, "ACME: no price has come yet"),  # a restart's or a broker's alone
    ("spread", NOTHING, {"bid": D("498.76"), "ask": D("501.24")}, None),
    ("spread", NOTHING, {"bid": D("498.75"), "ask": D("501.25")}, None),
    ("spread", NOTHING, {"bid": D("498.74"), "ask": D("501.25")}, "The spread is 50.20 bps, limit 50 bps"),
    ("slippage", limit("502.45"), NOTHING, None),
    ("slippage", limit("502.50"), NOTHING, None),
    ("slippage", limit("502.55"), NOTHING, "502.55 is 51.00 bps beyond the last price 500.00, limit 50 bps"),
    ("slippage", limit("497.50", side=Side.SELL), NOTHING, None),
    ("slippage", limit("497.45", side=Side.SELL), NOTHING,
     "497.45 is 51.00 bps beyond the last price 500.00, limit 50 bps"),
    ("slippage", priced("502.55"), NOTHING, "502.55 is 51.00 bps beyond the last price 500.00, limit 50 bps"),
    ("trades_day", NOTHING, {**allows(trades_day_max=6), "trades_today": 4}, None),
    ("trades_day", NOTHING, {**allows(trades_day_max=6), "trades_today": 5}, None),
    ("trades_day", NOTHING, {**allows(trades_day_max=6), "trades_today": 6}, "Would be trade 7 of the day, limit 6"),
    ("trades_day", NOTHING, {**allows(trades_day_max=6), "trades_today": 6, "new_position": False}, None),
    ("orders_per_second", NOTHING, {"sent_second": 2}, None),
    ("orders_per_second", NOTHING, {"sent_second": 3}, None),
    ("orders_per_second", NOTHING, {"sent_second": 4}, "Would be order 5 within a second, limit 4"),
    ("orders_per_minute", NOTHING, {"sent_minute": 118}, None),
    ("orders_per_minute", NOTHING, {"sent_minute": 119}, None),
    ("orders_per_minute", NOTHING, {"sent_minute": 120}, "Would be order 121 within a minute, limit 120"),
    ("notional", priced("499.99"), NOTHING, None),
    ("notional", priced("500.00"), NOTHING, None),
    ("notional", priced("500.01"), NOTHING, "Worth 50001.00, limit 50000.00 (5 % of equity)"),
    ("notional_max", priced("499.99"), allows(notional_max=D(50_000)), None),
    ("notional_max", priced("500.00"), allows(notional_max=D(50_000)), None),
    ("notional_max", priced("500.01"), allows(notional_max=D(50_000)), "Worth 50001.00, limit 50000.00"),
    ("minimum_notional", priced("5.01"), NOTHING, None),
    ("minimum_notional", priced("5.00"), NOTHING, None),
    ("minimum_notional", priced("4.99"), NOTHING, "Worth 499.00, at least 500.00 needed"),
    ("minimum_notional", priced("6.00"), {"minimum_notional": D(600)}, None),
    ("minimum_notional", priced("5.99"), {"minimum_notional": D(600)}, "Worth 599.00, at least 600.00 needed"),
    ("positions", NOTHING, {"positions": 8}, None),
    ("positions", NOTHING, {"positions": 9}, None),
    ("positions", NOTHING, {"positions": 10}, "Would be position 11, limit 10"),
    ("positions", NOTHING, {"positions": 10, "new_position": False}, None),
    ("symbol_exposure", NOTHING, {**allows(symbol_exposure_max_pct=D(8)), "symbol_gross": D("29999.99")}, None),
    ("symbol_exposure", NOTHING, {**allows(symbol_exposure_max_pct=D(8)), "symbol_gross": D(30_000)}, None),
    ("symbol_exposure", NOTHING, {**allows(symbol_exposure_max_pct=D(8)), "symbol_gross": D("30000.01")},
     "ACME would be worth 80000.01, limit 80000.00 (8 % of equity)"),
    ("bot_exposure", NOTHING, {**allows(bot_exposure_max_pct=D(8)), "bot_gross": D("29999.99")}, None),
    ("bot_exposure", NOTHING, {**allows(bot_exposure_max_pct=D(8)), "bot_gross": D(30_000)}, None),
    ("bot_exposure", NOTHING, {**allows(bot_exposure_max_pct=D(8)), "bot_gross": D("30000.01")},
     "alpha would be worth 80000.01, limit 80000.00 (8 % of equity)"),
    ("leverage", NOTHING, {"gross": D("949999.99")}, None),
    ("leverage", NOTHING, {"gross": D(950_000)}, None),
    ("leverage", NOTHING, {"gross": D("950000.01")},
     "All would be worth 1000000.01, limit 1000000.00 (1 x equity)"),
    ("total_at_risk", NOTHING, {"at_risk_pct": D("9.99")}, None),
    ("total_at_risk", NOTHING, {"at_risk_pct": D(10)}, None),
    ("total_at_risk", NOTHING, {"at_risk_pct": D("10.01")}, "At risk 15.01 % of equity, limit 15 %"),
    ("total_at_risk", {"stop_price": D("495.00")}, {"at_risk_pct": D("14.95")}, None),
    ("total_at_risk", {"stop_price": D("495.00")}, {"at_risk_pct": D("14.96")},
     "At risk 15.01 % of equity, limit 15 %"),
    ("buying_power", NOTHING, {"cash_free": D("50000.01")}, None),
    ("buying_power", NOTHING, {"cash_free": D(50_000)}, None),
    ("buying_power", NOTHING, {"cash_free": D("49999.99")}, "Worth 50000.00, free cash 49999.99"),
    ("daily_stop", NOTHING, {"equity": D("970000.01")}, None),
    # A breaker's limit, asked before the breaker has looked: it stops at the limit itself.
    ("daily_stop", NOTHING, {"equity": D(970_000)},
     "Daily stop: -3.00 % today, limit -3.00 %; the next session lifts it"),
    ("daily_stop", NOTHING, {"equity": D(960_000)},
     "Daily stop: -4.00 % today, limit -3.00 %; the next session lifts it"),
    ("daily_stop", NOTHING, {**allows(day_loss_max=D(5_000)), "equity": D("995000.01")}, None),
    ("daily_stop", NOTHING, {**allows(day_loss_max=D(5_000)), "equity": D(995_000)},
     "Daily stop: -5000.00 today, limit -5000.00; the next session lifts it"),
    ("daily_stop", NOTHING, {**allows(day_loss_max=D(5_000)), "equity": D("994999.99")},
     "Daily stop: -5000.01 today, limit -5000.00; the next session lifts it"),
]  # fmt: skip

ELSEWHERE = {  # limits that no check of an order asks for, and where they are tested
    "cooldown_min_s": "test_policy_in_force",
    "week_loss_max_pct": "the breaker's",
    "drawdown_max_pct": "the breaker's",
    "losses_in_a_row_max": "the breaker's",
    "rejects_max": "the breaker's",
    "feed_lost_s": "the breaker's",
}
OF_LIMIT = {
    "notional_max_pct": "notional", "at_risk_max_pct": "total_at_risk", "positions_max": "positions",
    "quote_age_max_s": "stale_quote", "notional_min": "minimum_notional", "notional_max": "notional_max",
    "leverage_max": "leverage", "symbol_exposure_max_pct": "symbol_exposure", "bot_exposure_max_pct": "bot_exposure",
    "trades_day_max": "trades_day", "orders_per_second_max": "orders_per_second",
    "orders_per_minute_max": "orders_per_minute", "temperature_min": "temperature",
    "symbols_allowed": "symbols_allowed", "no_entry": "no_entry", "spread_max_bps": "spread",
    "slippage_max_bps": "slippage", "day_loss_max_pct": "daily_stop", "day_loss_max": "daily_stop",
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "asked", "seen", "refused"), CASES, ids=[f"{n:02d}-{row[0]}" for n, row in enumerate(CASES)]
)
def test_a_limit_allows_itself_and_not_one_unit_more(
    check: str, asked: dict[str, Any], seen: dict[str, Any], refused: str | None
) -> None:
    results = {result.check: result for result in (each(request(**asked), view(**seen)) for each in ENTRY_CHECKS)}
    assert (results[check].ok, results[check].detail) == (refused is None, refused or "")
    assert results[check].found
    assert results[check].allowed


def test_every_check_and_every_limit_has_its_rows() -> None:
    named = {each(request(), view()).check for each in ENTRY_CHECKS} - {"canary", "minimum"}  # files of their own
    assert {row[0] for row in CASES} == named, "a check without rows"
    assert {row[0] for row in CASES if row[3] is not None} == named, "a check that never refuses"
    assert {item.name for item in LIMITS} == OF_LIMIT.keys() | ELSEWHERE.keys()
    assert set(OF_LIMIT.values()) <= named


def test_the_first_check_that_refuses_decides_and_all_are_on_record() -> None:
    seen = view(cash_free=D(0), quote_at=NOW - 60 * SECOND)
    answer = judge_entry(request(price=D("500.01")), seen)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.detail) == ("stale_quote", "ACME: price 60 s old, limit 30 s")
    assert [result.check for result in answer.checks if not result.ok] == ["stale_quote", "notional", "buying_power"]
    assert len(answer.checks) == len(ENTRY_CHECKS)


def test_an_order_that_every_check_lets_pass_is_approved_with_its_risk() -> None:
    answer = judge_entry(request(stop_price=D("495.00")), view())
    assert isinstance(answer, Approved)
    assert answer.at_risk_pct == D("0.05")
    assert all(result.ok and not result.detail for result in answer.checks)


def test_what_the_feed_does_not_give_is_not_asked_and_says_so() -> None:
    said = {each.check: each.found for each in judge_entry(request(), view()).checks}
    assert said["spread"] == "not asked: the feed gives no bid and ask"
    assert said["price_band"] == "not asked: the day's price limits are not known"
    assert said["tick_size"] == "not asked: an order at the market"


def test_an_account_without_equity_enters_nothing() -> None:
    answer = judge_entry(request(quantity=D(1), price=D(600)), view(equity=D(0)))
    assert isinstance(answer, Refusal)


def test_numbers_on_record_are_short_and_plain() -> None:
    found = checks.total_at_risk_within_limit(request(), view(equity=D(300_000)))
    assert (found.found, found.allowed) == ("16.66666667", "15")
