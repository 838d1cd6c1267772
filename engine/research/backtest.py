"""History through the live engine. Fed by market_data; what it returns is written by files.py and told by report.py.

There is no loop here but the one of simulation/paper: a backtest differs from a paper account in who reads the records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

from engine.core.ledger import Mark
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.errors import InvalidValue
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.records import AccountRecord, ClosedTradeRecord, FillRecord, OrderRecord, SignalRecord, TripRecord
from engine.domain.timeframe import timeframe_us
from engine.market_data.columns import MarketData
from engine.market_data.merge import ended_at, pieces
from engine.market_data.runs import TickRun
from engine.research.collector import rarely_collecting
from engine.research.skip_bars import run_bars
from engine.research.skip_ticks import run_ticks
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop
from engine.strategies.bot_leaders import check_leaders
from engine.strategies.registry import make

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class BacktestResult:
    """Everything a backtest decided, in its order; orders as they ended."""

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    symbols: tuple[str, ...]
    signals: list[SignalRecord] = field(default_factory=list)
    orders: dict[str, OrderRecord] = field(default_factory=dict)
    fills: list[FillRecord] = field(default_factory=list)
    trades: list[ClosedTradeRecord] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    ticks: int = 0
    bars: int = 0
    ticks_dropped: dict[str, int] = field(default_factory=dict)
    engine_seconds: float = 0.0
    halted: str | None = None  # by an invariant that broke
    trips: list[TripRecord] = field(default_factory=list)  # of breakers, in their order, lifted ones too
    model: FillModel = field(default_factory=FillModel)  # what filled its orders

    def take(self, effect: PublishRecord) -> None:
        """Keep what the files need of a record."""
        record = effect.record
        match record:
            case SignalRecord():
                self.signals.append(record)
            case OrderRecord():
                self.orders[record.order_id] = record
            case FillRecord():
                self.fills.append(record)
            case ClosedTradeRecord():
                self.trades.append(record)
            case AccountRecord():
                self.trips += [trip for trip in record.trips if trip not in self.trips]
            case _:
                pass

    def end_flat(self, last: Mark) -> None:
        """The equity line ends where the books do: with everything closed, which the last minute did not see."""
        if self.marks and self.marks[-1].at == last.at:
            self.marks.pop()
        self.marks.append(last)


def check_bots(bots: Sequence[BotSpec], data: MarketData) -> None:
    """Raise InvalidValue for a bot that the data can't serve: a symbol it lacks, bars too wide for its timeframe."""
    for bot in bots:
        for number, symbol in enumerate(bot.symbols):
            if symbol not in data.symbols:
                raise InvalidValue(
                    f"{bot.bot_id}.symbols[{number}]",
                    f"{symbol} is not in the data; there are {', '.join(data.symbols)}",
                )
    _check_timeframes(bots, data)
    check_leaders(bots, elsewhere=False)


def _check_timeframes(bots: Sequence[BotSpec], data: MarketData) -> None:
    widths = {part.instrument.symbol: part.timeframe for part in data.bars}
    for bot in bots:
        for symbol in bot.symbols:
            width = widths.get(symbol)
            if width is not None and timeframe_us(bot.timeframe) % timeframe_us(width):
                raise InvalidValue(
                    f"{bot.bot_id}.timeframe", f"bars of {bot.timeframe} can't be made of {symbol}'s bars of {width}"
                )


def run_backtest(
    account: AccountSpec,
    bots: Sequence[BotSpec],
    data: MarketData,
    *,
    model: FillModel | None = None,
    progress: Progress | None = None,
    trading_from: date | None = None,
    stepped: bool = False,
) -> BacktestResult:
    """Run bots over data; ends flat. Raises InvalidValue for bots that the data can't serve.

    Before the session of `trading_from` the bots are paused: they judge every bar and enter nothing, so that a window
    begins with everything warm. `stepped` takes every row by itself, as a live engine does: slower, and the same
    result (skip_ticks.py and skip_bars.py say why). `progress(done, all)` counts rows. `engine_seconds` of the result
    covers the loop alone, events included.
    """
    check_bots(bots, data)
    model = model or FillModel.of(account)
    result = BacktestResult(account, tuple(bots), data.symbols, model=model)
    loop = PaperLoop(account, make, result.take, model=model, views=False)
    for instrument in data.instruments:
        loop.step(InstrumentListed(instrument))
    paused = trading_from is not None
    for bot in sorted(bots, key=lambda spec: spec.bot_id):
        loop.step(BotChanged(bot, Desired.PAUSED if paused else Desired.RUNNING, 1))
    started = perf_counter()
    with rarely_collecting():
        _run(loop, data, result, progress, trading_from, stepped=stepped)
        result.engine_seconds = perf_counter() - started
    state = loop.engine.state
    result.marks += state.ledger.marks
    result.end_flat(Mark(state.now, state.equity(), state.ledger.cash, state.ledger.high_water_mark))
    result.ticks, result.bars = state.ticks, state.bars
    result.ticks_dropped = dict(sorted(state.dropped.items()))
    result.halted = state.breaker.halted
    return result


def _run(
    loop: PaperLoop, data: MarketData, result: BacktestResult, progress: Progress | None, trading_from: date | None,
    *, stepped: bool,
) -> None:  # fmt: skip
    ledger = loop.engine.state.ledger
    total, done = data.tick_count + 2 * data.bar_count, 0
    for piece in pieces(data):
        if isinstance(piece, SessionOpened):
            if trading_from is not None and piece.session.day >= trading_from.isoformat():
                _begin_trading(loop, result.bots)
                trading_from = None
            marks, day = ledger.marks, ledger.day
            loop.step(piece)
            if ledger.day != day:
                result.marks += marks
                result.days.append(ledger.day)
            continue
        if stepped:
            loop.run(piece.events())
        elif isinstance(piece, TickRun):
            run_ticks(loop, piece)
        else:
            run_bars(loop, piece)
        done += len(piece)
        if progress is not None:
            progress(done, total)
    loop.step(MarketEnded(ended_at(data)))


def _begin_trading(loop: PaperLoop, bots: Sequence[BotSpec]) -> None:
    """The warming up is over."""
    for bot in sorted(bots, key=lambda spec: spec.bot_id):
        loop.step(BotChanged(bot, Desired.RUNNING, 2))
