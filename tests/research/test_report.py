"""report.html: needs nothing else, says what the files say, holds every part, lets no text of the data in as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.domain.account import AccountSpec, BotSpec
from engine.domain.instrument import Instrument
from engine.domain.records.risk import TripKind, TripRecord
from engine.market_data.columns import MarketData
from engine.market_data.readers import read_market_data
from engine.research.backtest import BacktestResult, run_backtest
from engine.research.report.beside import Beside
from engine.research.report.report import report_html
from engine.research.summary import summarize
from tests.cli.command import Folder, backtest
from tests.cli.generated import BUSY, tick_rows, write_bars, write_bots, write_ticks

PANES = ("Figures", "Equity", "Trades on candles", "Months", "Distributions", "Parts of the whole",
         "Signals without an order", "Worst trades", "Closed trades", "Data quality", "Terms")  # fmt: skip
NASTY = "<img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Two bots on two symbols over four days of bars."""
    place = tmp_path_factory.mktemp("report")
    data = write_bars(place / "bars.csv", range(4))
    return backtest(place / "out", "--bots", write_bots(place / "bots.json"), "--data", data)


@pytest.fixture(scope="module")
def page(several: Folder) -> str:
    """Its report."""
    return (several.path / "report.html").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """A pane by its title."""
    found = re.search(rf"<section><h2>{re.escape(title)}(?:<small>.*?</small>)?</h2>(.*?)</section>", page, re.DOTALL)
    assert found is not None, title
    return found.group(1)


def cells(html: str) -> list[list[str]]:
    """The rows of a table as text."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
            for row in rows]  # fmt: skip


def amount(text: str) -> Decimal:
    """A figure of the page as a number."""
    return Decimal(text.replace("\u2212", "-").replace("+", "").replace(",", "").replace("₹", ""))


def test_it_needs_no_network_and_may_not_use_any(page: str) -> None:
    assert not re.search(r"""(?:src|href|action)\s*=|url\(|@import|<iframe|<link|https?:""", page)
    assert "default-src 'none'" in page
    assert page.count("<script>") == 1
    assert len(page) < 1_500_000


def test_every_part_is_there(page: str) -> None:
    titles = re.findall(r"<section><h2>([^<]+)", page)
    assert tuple(titles) == PANES


def test_the_first_figure_is_the_net_result_with_charges_and_the_benchmark(page: str, several: Folder) -> None:
    summary = several.summary
    (big,) = re.findall(r'<p class="big[^"]*">([^<]+)</p>', page)
    assert amount(big) == Decimal(str(summary["net_pnl"]))
    assert f"{abs(summary['benchmark_return_pct']):.2f} % after charges" in page
    assert summary["decisions_digest"] in page


def test_the_tables_of_bots_and_symbols_add_up_to_the_whole_to_the_paisa(page: str, several: Folder) -> None:
    summary = several.summary
    tables = section(page, "Parts of the whole").split("<table>")[1:]
    assert [cells(table)[0][0] for table in tables] == ["Bot", "Symbol", "How trades ended"]
    for table in tables:
        _, *parts, whole = cells(table)
        assert whole[0] == "All"
        for column, key in ((4, "gross_pnl"), (5, "charges"), (6, "net_pnl")):
            assert sum(amount(row[column]) for row in parts) == amount(whole[column]) == Decimal(str(summary[key]))
        assert sum(int(row[1]) for row in parts) == int(whole[1]) == summary["trades"]


def test_every_trade_is_a_row_and_the_worst_come_first(page: str, several: Folder) -> None:
    nets = [Decimal(row["net_pnl"]) for row in several.rows("trades")]
    assert [amount(row[-1]) for row in cells(section(page, "Closed trades"))[1:]] == nets
    worst = [amount(row[-1]) for row in cells(section(page, "Worst trades"))[1:]]
    assert worst == sorted(net for net in nets if net < 0)[:10]


def test_signals_without_an_order_are_counted_by_reason(page: str, several: Folder) -> None:
    rows = cells(section(page, "Signals without an order"))[1:]
    without = [row for row in several.rows("signals") if row["outcome"] != "ordered"]
    assert sum(int(row[2]) for row in rows) == len(without) > 0
    assert {row[1] for row in rows} == {row["reason"].replace("_", " ") or "\u2013" for row in without}


def test_candles_are_there_for_every_symbol_and_day_with_a_trade(page: str, several: Folder) -> None:
    chosen = set(re.findall(r"<figcaption>([^<]+)</figcaption>", page))
    days = {f"{row['symbol']}, {row[when][:10]}" for row in several.rows("trades") for when in ("entry_at", "exit_at")}
    assert days <= chosen
    assert chosen - days == {f"{symbol}, 2026-01-05 to 2026-01-08" for symbol in ("RELIANCE", "TATAMOTORS")}
    assert page.count("<option ") == len(chosen)


def test_months_are_a_row_a_year_and_their_product_is_the_years(page: str, several: Folder) -> None:
    head, row = cells(section(page, "Months"))
    assert head[1:4] == ["Jan", "Feb", "Mar"]
    assert row[0] == "2026"
    assert amount(row[1]) == round(Decimal(str(several.summary["months"]["2026-01"])), 2)
    assert amount(row[-1]) == round(Decimal(str(several.summary["return_pct"])), 2)


def test_dirty_ticks_are_listed_by_rule_with_what_it_means(tmp_path: Path) -> None:
    rows = tick_rows(["RELIANCE"], minutes=30)
    early = ("2026-01-07T03:00:00Z", "RELIANCE", 1_600.0, 0.0)
    folder = backtest(
        tmp_path / "out", "--strategy", "confluence", "--data", write_ticks(tmp_path / "d.csv", [early, *rows])
    )
    pane = section((folder.path / "report.html").read_text(), "Data quality")
    quality, series = (cells(table) for table in pane.split("<table>")[1:])
    assert folder.summary["ticks_dropped"]["outside_session"] == 1
    assert [row[0].replace(" ", "_") for row in quality[1:]] == list(folder.summary["ticks_dropped"])
    assert quality[1][:3] == ["outside session", "outside trading hours", "1"]
    assert series[1][0].endswith("/RELIANCE/ticks")


def test_a_run_without_a_trade_says_so(tmp_path: Path) -> None:
    data = write_bars(tmp_path / "bars.csv", [0], ["RELIANCE"])
    folder = backtest(tmp_path / "out", "--strategy", "confluence", "--set", "confirm_s=86400", "--data", data)
    page = (folder.path / "report.html").read_text()
    assert "No trade was closed." in page
    assert "Trades on candles" not in page
    assert "<svg" in section(page, "Equity")


KNOWN = {
    "html", "head", "meta", "title", "style", "script", "body", "main", "header", "h1", "h2", "h3", "span", "p",
    "section", "dl", "div", "dt", "dd", "small", "svg", "path", "text", "rect", "g", "circle", "table", "thead",
    "tbody", "tr", "th", "td", "b", "figure", "figcaption", "select", "option", "button", "details", "summary",
    "footer", "code",
}  # fmt: skip


class Markup(HTMLParser):
    """What a browser would take for markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and the names of its attributes."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def _renamed(result: BacktestResult, data: MarketData, symbol: str) -> tuple[BacktestResult, MarketData]:
    """A run as it would be of a symbol with another name."""

    def named(instrument: Instrument) -> Instrument:
        return replace(instrument, symbol=symbol)

    renamed = MarketData(
        (),
        tuple(replace(part, instrument=named(part.instrument)) for part in data.bars),
        (f"columns not used: {symbol}",),
    )
    bots = tuple(replace(bot, symbols=(symbol,)) for bot in result.bots)
    return replace(
        result,
        symbols=(symbol,),
        bots=bots,
        trades=[replace(trade, symbol=symbol) for trade in result.trades],
        signals=[replace(signal, symbol=symbol, blocking_reason=symbol) for signal in result.signals],
        ticks_dropped={symbol: 1},
        halted=symbol,
    ), renamed


def test_no_text_of_the_data_becomes_markup(tmp_path: Path) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", [1, 2], ["RELIANCE"])])
    parameters = {name: float(value) for name, _, value in (setting.partition("=") for setting in BUSY)}
    bot = BotSpec("alpha", "confluence", ("RELIANCE",), parameters=parameters)
    account = AccountSpec("paper-test", "user", currency="<i>", venue_charges={"NSE": "none"})
    result, renamed = _renamed(run_backtest(account, [bot], data), data, NASTY)
    assert result.trades
    summary = summarize(result, load_seconds=0, wall_seconds=0)
    page = report_html(result, summary, Beside(renamed))
    read = Markup()
    read.feed(page)
    assert read.tags <= KNOWN
    assert not [name for name in read.attributes if name.startswith("on")]
    assert page.count("&lt;img src=x") > 10


def test_a_tripped_breaker_is_told_at_the_top(tmp_path: Path) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", [1], ["RELIANCE"])])
    result = run_backtest(AccountSpec("paper-test", "user"), [BotSpec("a", "confluence", ("RELIANCE",))], data)
    tripped_at = int(data.bars[0].open_at[0])
    result.trips.append(TripRecord(TripKind.DAILY_STOP, tripped_at, Decimal(1), Decimal(2), "Day lost", "next day"))
    page = report_html(result, summarize(result, load_seconds=0, wall_seconds=0))
    assert "Day lost" in page.partition("<section>")[0]


@pytest.mark.parametrize(
    "lines",
    [
        ("ts,symbol,open,high,low,close,volume", "2026-01-07T03:50:00Z,RELIANCE,100,101,99,100,5"),
        ("ts,symbol,price,quantity", "2026-01-07T03:50:00Z,RELIANCE,100,5"),
        ("ts,symbol,price,quantity", "2026-01-07T13:50:00Z,RELIANCE,100,5"),
    ],
    ids=["one bar", "one tick", "nothing in a session"],
)
def test_next_to_nothing_makes_a_report_too(lines: tuple[str, ...], tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("\n".join(lines) + "\n")
    folder = backtest(tmp_path / "out", "--strategy", "confluence", "--data", data)
    page = (folder.path / "report.html").read_text()
    assert "Too short for a line." in section(page, "Equity")
    assert "No trade was closed." in page
