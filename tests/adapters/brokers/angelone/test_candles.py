"""The broker's bars are asked for in its words, read to the paisa, and what it leaves out is found by the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles, read_candles
from engine.domain.errors import InvalidValue, OutcomeUnknown
from engine.domain.instant import DAY, MINUTE, instant_of
from engine.domain.market import Bar
from engine.market_data.whole_candles import Stretch, WholeCandles
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.adapters.brokers.angelone.loopback_candles import LoopbackCandles
from tests.adapters.brokers.angelone.master_rows import instruments_of

SBIN = shares("SBIN")[0]
OPEN = instant_of(datetime.fromisoformat("2026-11-23T09:15:00+05:30"))


class Asked:
    """A call that answers with this."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.bodies = answer, list[Mapping[str, object]]()

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any:
        assert route is Route.CANDLES
        self.bodies.append(body or {})
        return self.answer


def test_a_window_is_asked_for_in_indias_minutes_both_ends_included(tmp_path: Path) -> None:
    asked = Asked(None)
    candles = AngelOneCandles(asked, instruments_of(tmp_path))
    assert candles.candles("SBIN", "5m", OPEN, OPEN + 60 * MINUTE) == []
    assert asked.bodies == [
        {
            "exchange": "NSE",
            "symboltoken": "3045",
            "interval": "FIVE_MINUTE",
            "fromdate": "2026-11-23 09:15",
            "todate": "2026-11-23 10:14",
        }
    ]


@pytest.mark.parametrize(
    ("timeframe", "days"), [("1m", 30), ("3m", 60), ("5m", 100), ("15m", 200), ("30m", 200), ("1h", 400)]
)
def test_a_call_spans_as_many_days_as_the_broker_gives(tmp_path: Path, timeframe: str, days: int) -> None:
    assert AngelOneCandles(Asked(None), instruments_of(tmp_path)).limits(timeframe).window_us == days * DAY


def test_a_width_that_the_broker_does_not_keep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="no bars of '2m'"):
        AngelOneCandles(Asked(None), instruments_of(tmp_path)).limits("2m")


def test_rupees_become_paise_exactly_whatever_they_are_written_as() -> None:
    rows = [
        ["2026-11-23T09:16:00+05:30", "820.15", 820.25, 819.95, 820.05, "1200"],
        ["2026-11-23T09:15:00", 820.1, 820.2, 820, 820.15, 1100.0],
    ]
    assert read_candles(rows, SBIN, "1m") == [
        Bar("SBIN", "1m", OPEN, OPEN + MINUTE, 82_010, 82_020, 82_000, 82_015, 1_100.0),
        Bar("SBIN", "1m", OPEN + MINUTE, OPEN + 2 * MINUTE, 82_015, 82_025, 81_995, 82_005, 1_200.0),
    ]


@pytest.mark.parametrize("data", [17, [["2026-11-23"]], [["yesterday", 1, 1, 1, 1, 1]], [[None] * 6], {"a": 1}])
def test_a_reply_of_another_shape_is_no_bars(data: Any) -> None:
    with pytest.raises(OutcomeUnknown, match="bars of SBIN can't be read"):
        read_candles(data, SBIN, "1m")


def test_what_the_broker_cuts_off_is_asked_for_again_in_parts() -> None:
    """Of a window that is too long for it the broker gives the newest part, and says nothing."""
    loopback, since, short = LoopbackCandles(), OPEN - 7 * DAY, list[str]()

    def the_newest_two_days(part: Stretch) -> Sequence[Bar]:
        return loopback.candles("SBIN", "1m", *part)[-750:]

    bars = WholeCandles(SBIN.instrument, "1m", 30 * DAY, the_newest_two_days, short.append).fetch((since, OPEN))
    assert short == []
    assert loopback.calls > 1
    assert [bar.open_at for bar in bars] == sorted({bar.open_at for bar in bars})
    assert len(bars) == 5 * 375


def test_what_the_broker_does_not_have_at_all_is_told() -> None:
    short: list[str] = []
    assert WholeCandles(SBIN.instrument, "1m", DAY, lambda part: [], short.append).fetch((OPEN, OPEN + DAY)) == []
    assert short == ["no bars from 2026-11-23T03:45:00Z to 2026-11-24T03:45:00Z"]
