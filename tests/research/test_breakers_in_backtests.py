"""A whole backtest trips as a live day would: entries of the rest of the day are blocked, the next session trades."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.account import AccountSpec, BotSpec
from engine.domain.instant import MINUTE, SECOND, iso
from engine.domain.risk import RiskPolicy
from engine.domain.signal import Outcome
from engine.domain.sizing import Sizing
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.summary import summarize
from tests.builders.times import MONDAY, TUESDAY, session

LOOSE = RiskPolicy(notional_max_pct=Decimal(100), at_risk_max_pct=Decimal(100))


def price_at(minute: int) -> float:
    """Up for an hour, eight percent down within ten minutes, up again, and quiet from then on."""
    if minute < 60:
        return 500 + minute * 0.5
    if minute < 70:
        return 530 - (minute - 60) * 4
    return 490 + (min(minute, 130) - 70) * 0.5


def prices(path: Path) -> Path:
    """Two days of it until they are flattened, four ticks a minute."""
    rows = ["ts,symbol,price,quantity"]
    for day in (MONDAY, TUESDAY):
        opened = session(day).open_at
        for minute in range(350):
            rows += [
                f"{iso(opened + minute * MINUTE + part * 15 * SECOND)},RELIANCE,{price_at(minute) + part * 0.05:.2f},10"
                for part in range(4)
            ]
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> BacktestResult:
    data = read_market_data([prices(tmp_path_factory.mktemp("data") / "prices.csv")])
    keen = BotSpec(
        "keen", "confluence", ("RELIANCE",), sizing=Sizing(value=Decimal(90)),
        parameters={"buy_at": 20, "sell_at": 100, "confirm_s": 60, "cooldown_s": 0},
    )  # fmt: skip
    return run_backtest(AccountSpec("paper-test", "user", risk_policy=LOOSE), (keen,), data)


def test_the_days_loss_blocks_the_rest_of_the_day_and_the_next_session_buys_again(result: BacktestResult) -> None:
    assert [(trip.kind.value, trip.day) for trip in result.trips] == [
        ("daily_stop", MONDAY), ("daily_stop", TUESDAY), ("weekly_stop", TUESDAY),
    ]  # fmt: skip
    first = result.trips[0]
    after = [signal for signal in result.signals if first.at <= signal.confirmed_at < session(MONDAY).close_at]
    assert {signal.blocking_reason for signal in after if signal.type == "BUY"} == {"daily_stop"}
    days = Counter(iso(signal.confirmed_at)[:10] for signal in result.signals if signal.outcome is Outcome.ORDERED)
    assert set(days) == {MONDAY, TUESDAY}


def test_what_tripped_is_in_the_summary_and_is_no_failure(result: BacktestResult) -> None:
    summary = summarize(result, load_seconds=0, wall_seconds=0)
    assert summary["halted"] is None
    assert [trip["kind"] for trip in summary["trips"]] == ["daily_stop", "daily_stop", "weekly_stop"]
    assert summary["trips"][0]["detail"].endswith("limit -3.00 %; the next session lifts it")
