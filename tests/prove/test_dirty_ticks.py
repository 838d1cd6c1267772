"""The dirty tick days of 2021: what the engine leaves out, rule by rule, and that no bar is made of it. `make prove`.

Fed by the folder that LOCKSTEP_PROVE_DATA names. The counts are those of docs/DATA.md; what a plain count of the raw
rows can say is counted here again, from the bytes.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.instant import DAY, MINUTE
from engine.domain.records.bots import BarRecord
from engine.market_data.merge import ended_at, pieces
from engine.market_data.readers import read_market_data
from engine.research.data_quality import data_quality
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make
from tests.cli.command import lockstep
from tests.prove.test_real_data import raw_rows

pytestmark = pytest.mark.prove

TICKS = Path(os.environ.get("LOCKSTEP_PROVE_DATA", ".")) / "nse_ticks_2021_raw"
DROPPED: dict[str, dict[str, int]] = {
    "2021-03-31": {"out_of_order": 458, "outside_session": 136, "repeat": 2_710},
    "2021-04-07": {"out_of_order": 155, "repeat": 1_138},
    "2021-04-16": {"out_of_order": 765, "outside_session": 39_540, "repeat": 6_399, "wrong_day": 67_742},
}
EPOCH_ROWS = {"2021-04-16": 24_056}  # stamped 1970-01-01 05:30: 3,007 in each of the eight shares
IST_US = 19_800_000_000
OPEN, CLOSE = (9 * 60 + 15) * MINUTE, (15 * 60 + 30) * MINUTE


def files_of(day: str) -> list[Path]:
    return sorted((TICKS / day).glob("*.csv.gz"))


def day_of(at: int) -> int:
    return (at + IST_US) // DAY


def clock_of(at: int) -> int:
    return (at + IST_US) % DAY


def bars_of(day: str) -> list[BarRecord]:
    """The minute bars of a watched day, as they would be published."""
    data = read_market_data([TICKS / day])
    published: list[PublishRecord] = []
    loop = PaperLoop(AccountSpec("paper-dirty", "user"), make, published.append)
    for instrument in data.instruments:
        loop.step(InstrumentListed(instrument))
    loop.step(BotChanged(BotSpec("watching", "confluence", data.symbols), Desired.RUNNING, 1))
    for piece in pieces(data):
        if isinstance(piece, SessionOpened):
            loop.step(piece)
        else:
            loop.run(piece.events())
    loop.step(MarketEnded(ended_at(data)))
    return [effect.record for effect in published if isinstance(effect.record, BarRecord)]


@pytest.mark.parametrize("day", DROPPED)
def test_each_rule_leaves_out_what_is_stated(day: str) -> None:
    quality = data_quality(read_market_data([TICKS / day]))
    assert quality.dropped == {day: DROPPED[day]}
    ran = lockstep("backtest", "--strategy", "confluence", "--data", TICKS / day, "--json")
    summary = json.loads(ran.out)
    assert summary["ticks_dropped"] == DROPPED[day], "a backtest with a bot counts the same"
    rows = [at for path in files_of(day) for at, _, _ in raw_rows(path)]
    assert summary["ticks"] == len(rows), "every row was looked at"


@pytest.mark.parametrize("day", DROPPED)
def test_rows_of_another_day_or_hour_are_those_that_a_plain_count_finds(day: str) -> None:
    rows = [at for path in files_of(day) for at, _, _ in raw_rows(path)]
    (today,) = {part.days.tolist()[0] for part in read_market_data([TICKS / day]).ticks}
    assert DROPPED[day].get("wrong_day", 0) == sum(day_of(at) != today for at in rows)
    outside = sum(day_of(at) == today and not OPEN <= clock_of(at) < CLOSE for at in rows)
    assert DROPPED[day].get("outside_session", 0) == outside
    assert sum(day_of(at) == 0 for at in rows) == EPOCH_ROWS.get(day, 0)


@pytest.mark.parametrize("day", DROPPED)
def test_every_bar_is_of_the_session_and_of_that_days_rows(day: str) -> None:
    bars = bars_of(day)
    prices: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for path in files_of(day):
        for at, price, _ in raw_rows(path):
            prices[path.name.split(".")[0], at // MINUTE * MINUTE].add(price)
    assert len(bars) > 750
    assert len({(bar.symbol, bar.at) for bar in bars}) == len(bars)
    for bar in bars:
        assert bar.day == day
        assert OPEN <= clock_of(bar.at) < CLOSE, "no bar outside the session"
        assert day_of(bar.at) == (bars[0].at + IST_US) // DAY
        assert bar.volume >= 0
        of_its_minute = prices[bar.symbol, bar.at]
        for price in (bar.open, bar.high, bar.low, bar.close):
            assert int(price * 100) in of_its_minute, "a price of that minute's rows, so of no other day's"
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high


def test_the_documentation_states_these_counts() -> None:
    text = (Path(__file__).parents[2] / "docs" / "DATA.md").read_text()
    for day, counts in DROPPED.items():
        (line,) = re.findall(rf"^\| {day} \|(.*)\|$", text, re.MULTILINE)
        told = [cell.strip().replace(",", "") for cell in line.split("|")]
        rows = sum(len(raw_rows(path)) for path in files_of(day))
        kept = rows - sum(counts.values())
        order = ("wrong_day", "outside_session", "out_of_order", "repeat", "jump", "outlier")
        assert told == [str(rows), *(str(counts.get(rule, 0)) for rule in order), str(kept)]
