"""Real market data, read and merged. Fed by the folder that LOCKSTEP_PROVE_DATA names; run by `make prove`.

The expected numbers are those that the data's own README tells, or are reckoned here from the bytes in another way.
"""

import csv
import gzip
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import DataError
from engine.domain.events import BarClosed, BarOpened, MarketEnded, SessionOpened
from engine.domain.instant import MINUTE, instant_of
from engine.domain.market import Tick
from engine.market_data.columns import TickColumns
from engine.market_data.merge import merged_events, pieces
from engine.market_data.readers import read_market_data
from engine.market_data.runs import TickRun

pytestmark = pytest.mark.prove

DATA = Path(os.environ.get("LOCKSTEP_PROVE_DATA", "."))
TICKS = DATA / "nse_ticks_2021_raw"
IST = timezone(timedelta(hours=5, minutes=30))
TEN = ("BANKNIFTY", "HDFCBANK", "ICICIBANK", "INFY", "MARUTI", "NIFTY50", "RELIANCE", "SBIN", "TATAMOTORS", "TCS")
FULL_DAYS = ("2021-04-01", "2021-04-15", "2021-04-28")


def raw_rows(path: Path) -> list[tuple[int, int, int]]:
    """A tick file by another way: instant, paise and cumulative volume of each row."""
    with gzip.open(path, "rt") as lines:
        return [
            (
                instant_of(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=IST)),
                round(float(row["ltp"]) * 100),
                int(row["volume"]),
            )
            for row in csv.DictReader(lines)
        ]


@pytest.mark.parametrize(
    ("day", "rows", "symbols"),
    [
        ("2021-03-31", 109_570, 6),
        ("2021-04-01", 113_730, 5),
        ("2021-04-07", 45_870, 10),
        ("2021-04-15", 241_790, 10),
        ("2021-04-16", 317_315, 10),
        ("2021-04-28", 222_375, 10),
    ],
)
def test_every_tick_of_a_raw_day_is_read(day: str, rows: int, symbols: int) -> None:
    data = read_market_data([TICKS / day])
    assert (data.tick_count, len(data.symbols), data.bar_count, data.notes) == (rows, symbols, 0, ())
    for part in data.ticks:
        expected = raw_rows(Path(part.file))
        assert part.at.tolist() == [at for at, _, _ in expected]
        assert part.price.tolist() == [price for _, price, _ in expected]


def test_all_raw_days_are_one_stream() -> None:
    data = read_market_data([TICKS])
    assert (data.tick_count, data.symbols) == (1_050_650, TEN)
    days = [event.session.day for event in merged_events(data) if isinstance(event, SessionOpened)]
    # The next morning's rows in the files of 04-16, up to the first seconds of trading, make no day of their own.
    assert days == ["2021-03-31", "2021-04-01", "2021-04-07", "2021-04-15", "2021-04-16", "2021-04-28"]


@pytest.mark.parametrize("symbol", ["INFY", "RELIANCE"])
def test_stray_rows_of_the_sixteenth_keep_their_place(symbol: str) -> None:
    data = read_market_data([TICKS / "2021-04-16"])
    (part,) = (part for part in data.ticks if part.instrument.symbol == symbol)
    epoch = part.at == 0
    assert epoch.sum() == 3_007
    assert len(part.days) == 1
    friday = np.flatnonzero(part.at // (24 * 60 * MINUTE) == part.days[0])
    last = part.at[friday].max()
    stray = np.arange(len(part)) > friday[-1]
    assert stray.sum() > 3_007
    assert (part.place[stray] == last).all()
    merged = [
        (event.at, event.price) for event in merged_events(data) if isinstance(event, Tick) and event.symbol == symbol
    ]
    assert merged == list(zip(part.at.tolist(), part.price.tolist(), strict=True))
    assert [e.session.day for e in merged_events(data) if isinstance(e, SessionOpened)] == ["2021-04-16"]


def test_late_ticks_stay_where_the_file_has_them() -> None:
    late = 0
    for part in read_market_data([TICKS / "2021-04-28"]).ticks:
        back = part.at < np.maximum.accumulate(part.at)
        late += int(back.sum())
        assert (part.place[back] > part.at[back]).all()
        assert (part.place[~back] == part.at[~back]).all()
    assert late > 100


@pytest.mark.parametrize("day", FULL_DAYS)
def test_ticks_make_the_bars_that_were_derived_from_them(day: str) -> None:
    """By the README's rule: that day's rows in the order of time, minutes from 09:15 to 15:30."""
    ticks = {part.instrument.symbol: part for part in read_market_data([TICKS / day]).ticks}
    date = datetime.fromisoformat(day).date()
    bars = read_market_data([DATA / "nse_stocks_2021_1min"], symbols=ticks, first_day=date, last_day=date).bars
    assert len(bars) == len(ticks)
    for part in bars:
        made = minute_bars(ticks[part.instrument.symbol], day)
        for row, open_at in enumerate(part.open_at.tolist()):
            assert made.pop(open_at) == tuple(
                int(column[row]) for column in (part.open, part.high, part.low, part.close)
            )
        assert not made


def minute_bars(part: TickColumns, day: str) -> dict[int, tuple[int, int, int, int]]:
    """Open, high, low and close of each minute of the session."""
    session_open = instant_of(datetime.fromisoformat(f"{day}T09:15:00").replace(tzinfo=IST))
    inside = (part.at >= session_open) & (part.at < session_open + 375 * MINUTE)
    order = np.argsort(part.at[inside], kind="stable")
    at, price = part.at[inside][order], part.price[inside][order]
    minutes: dict[int, list[int]] = {}
    for instant, units in zip(at.tolist(), price.tolist(), strict=True):
        minutes.setdefault(instant // MINUTE * MINUTE, []).append(units)
    return {open_at: (units[0], max(units), min(units), units[-1]) for open_at, units in minutes.items()}


def test_volume_of_a_day_is_the_rise_of_its_total() -> None:
    for part in read_market_data([TICKS / "2021-04-28"]).ticks:
        totals = [total for _, _, total in raw_rows(Path(part.file))]
        assert part.quantity.sum() == max(totals) - totals[0]
        assert part.quantity.min() == 0


def test_minute_bars_of_ten_symbols_are_read_and_the_coverage_file_is_left_out() -> None:
    data = read_market_data([DATA / "nse_stocks_2021_1min"])
    assert (data.bar_count, data.symbols) == (79_323, TEN)
    assert data.notes == ("COVERAGE.csv: holds no prices, left out", "columns not used: n_ticks (10 files)")
    counts = Counter(type(event) for event in merged_events(data))
    assert (counts[BarOpened], counts[BarClosed], counts[SessionOpened], counts[MarketEnded]) == (79_323, 79_323, 23, 1)


def test_half_a_year_of_yes_bank_is_read() -> None:
    data = read_market_data([DATA / "nse_yesbank_2019_1min"])
    sessions = [event.session.day for event in merged_events(data) if isinstance(event, SessionOpened)]
    assert (data.bar_count, len(sessions), sessions[0], sessions[-1]) == (45_961, 122, "2019-01-01", "2019-06-28")
    (part,) = data.bars
    ends = {}
    for open_at, close in zip(part.open_at.tolist(), part.close.tolist(), strict=True):
        ends[datetime.fromtimestamp(open_at / 1e6, IST).date().isoformat()] = close
    assert -0.31 < ends["2019-04-30"] / ends["2019-04-26"] - 1 < -0.27


def test_coins_of_coinbase_are_read_in_utc_days_with_their_hole() -> None:
    data = read_market_data([DATA / "crypto_coinbase_1min"])
    assert (data.bar_count, data.symbols) == (10_656, ("BTC-USD", "ETH-USD"))
    assert [note.split(":")[0] for note in data.notes] == ["BTC-USD_quote.csv.gz", "ETH-USD_quote.csv.gz"]
    for part in data.bars:
        longest = int(np.diff(part.open_at[part.open_at > instant_of(datetime(2018, 4, 4, tzinfo=UTC))]).max())
        assert 7 * 60 * MINUTE < longest < 8 * 60 * MINUTE


def test_trades_of_binance_are_read_as_ticks() -> None:
    (part,) = read_market_data([DATA / "crypto_trades" / "binance_BTCUSDT_2021-01-08.csv.gz"]).ticks
    assert (len(part), part.instrument.venue, part.instrument.price_digits) == (2_001, "COINBASE", 2)
    assert (np.diff(part.at) >= 0).all()


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("crypto_ftx_btcperp_1min/BTC-PERP_2022-01a.csv.gz", "bars need volume; found ts, symbol"),
        ("crypto_trades/binance_XRPETH_2019-10-11_12.csv.gz", "ticks need quantity; found ts, id, side, price, amount"),
    ],
)
def test_files_in_other_forms_are_refused_by_the_column_they_lack(file: str, reason: str) -> None:
    with pytest.raises(DataError) as refused:
        read_market_data([DATA / file])
    assert reason in refused.value.reason


def test_a_day_is_merged_whole_and_the_figures_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.process_time()
    data = read_market_data([TICKS / "2021-04-28"])
    load_s = time.process_time() - began
    began = time.process_time()
    run_rows = sum(len(piece) for piece in pieces(data) if isinstance(piece, TickRun))
    merge_s = time.process_time() - began
    began = time.process_time()
    events = sum(1 for _ in merged_events(data))
    iterate_s = time.process_time() - began
    assert run_rows == data.tick_count == 222_375
    assert events == 222_375 + len(TEN) + 2
    figures = f"loaded in {load_s * 1000:.0f} ms, merged in {merge_s * 1000:.0f} ms"
    with capsys.disabled():
        sys.stdout.write(f"\n2021-04-28, CPU time: {figures}, iterated at {events / iterate_s / 1e6:.2f} M ticks/s\n")
