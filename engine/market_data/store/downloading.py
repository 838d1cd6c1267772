"""Fetches bars from a venue into a store: within its budget, without what is there already, and never short unseen.

What a venue leaves out without a word is found by whole_candles.py. Every so many bars go to the store, with a note of
what was asked for: a run that ends early is gone on with by the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from engine.domain.errors import BackPressure, DataError, OutcomeUnknown
from engine.domain.instant import DAY, Instant, instant_of, iso
from engine.domain.instrument import Instrument
from engine.domain.market import Bar
from engine.domain.timeframe import timeframe_us
from engine.market_data.calendar import calendar_for
from engine.market_data.call_budget import BudgetSpent, CallBudget
from engine.market_data.columns import BarColumns, busy_days, day_numbers, frozen
from engine.market_data.instruments import instrument_for
from engine.market_data.parts import traded_days
from engine.market_data.store.filing import Imported, file_part
from engine.market_data.store.layout import SeriesKey
from engine.market_data.store.ledger import Span, read_ledger, write_ledger
from engine.market_data.store.partition import Source
from engine.market_data.store.place import locked, put_in_place
from engine.market_data.whole_candles import WholeCandles
from engine.ports import Clock, HistoricalCandles

FLUSH_BARS = 20_000  # rows in memory before they go to the store
TRIES = 6
_PRICES = ("open", "high", "low", "close")


@dataclass(slots=True)
class Downloaded:
    """What a run did. `short` are sentences about what the venue does not have."""

    imported: Imported = field(default_factory=Imported)
    calls: int = 0
    short: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Download:
    """One series of one venue, to be fetched into the store at `root`.

    `progress(done, all)` counts microseconds of the stretch. `prefer_new`: bars that differ from stored ones replace
    them.
    """

    venue: HistoricalCandles
    symbol: str
    timeframe: str
    root: Path
    clock: Clock
    prefer_new: bool = False
    progress: Callable[[int, int], None] | None = None
    done: Downloaded = field(default_factory=Downloaded)

    def run(self, since: Instant, until: Instant) -> Downloaded:
        """Fetch what of [since, until) was never fetched; bars that are not over yet are left for another time.

        Raises BackPressure where the day's budget is spent or the venue keeps asking for less, OutcomeUnknown where it
        keeps failing, PermanentFailure and DataError where going on can't help. What was fetched until then is kept.
        """
        instrument = instrument_for(self.symbol)
        if instrument.venue != self.venue.venue:
            raise DataError(self.symbol, f"is traded at {instrument.venue}, not at {self.venue.venue}")
        limits = self.venue.limits(self.timeframe)
        now = instant_of(self.clock.now())
        until = min(until, now - now % timeframe_us(self.timeframe))
        ledger = read_ledger(self.root)
        budget = CallBudget(self.clock, limits.calls, ledger.calls.get(instrument.venue, ()))
        whole = WholeCandles(
            instrument, self.timeframe, limits.window_us, lambda span: self._ask(span, budget), self.done.short.append
        )
        pending, fetched = list[Bar](), list[Span]()
        try:
            for window in _windows(ledger.missing(str(self._key(instrument)), (since, until)), limits.window_us):
                bars = whole.fetch(window)
                pending += bars
                fetched.append(_settled(window, bars, now))
                if len(pending) >= FLUSH_BARS:
                    self._keep(instrument, pending, fetched, budget)
                    pending, fetched = [], []
                if self.progress is not None:
                    self.progress(window[1] - since, until - since)
        finally:
            if fetched:
                self._keep(instrument, pending, fetched, budget)
        return self.done

    def _key(self, instrument: Instrument) -> SeriesKey:
        return SeriesKey(instrument.venue, self.symbol, self.timeframe)

    def _ask(self, window: Span, budget: CallBudget) -> Sequence[Bar]:
        retrying = Retrying(
            sleep=self.clock.wait, wait=wait_exponential(max=30), stop=stop_after_attempt(TRIES), reraise=True,
            retry=retry_if_exception(_may_pass),
        )  # fmt: skip
        told: Sequence[Bar] = retrying(self._ask_once, window, budget)
        return told

    def _ask_once(self, window: Span, budget: CallBudget) -> Sequence[Bar]:
        budget.take()
        self.done.calls += 1
        return self.venue.candles(self.symbol, self.timeframe, *window)

    def _keep(self, instrument: Instrument, bars: Sequence[Bar], fetched: Sequence[Span], budget: CallBudget) -> None:
        """Take bars into the store, and note what was asked for."""
        key = self._key(instrument)
        with locked(self.root) as place:
            if bars:
                part = _columns(instrument, self.timeframe, bars)
                content = sha256(b"".join(getattr(part, name).tobytes() for name in part.COLUMNS)).hexdigest()
                source = Source(f"{key} {iso(bars[0].open_at)}..{iso(bars[-1].close_at)}", content)
                imported = Imported(files=[source])
                file_part(part, source, place, imported, self.prefer_new, _refuse)
                for series, joined in imported.rows.items():
                    self.done.imported.count(series, joined)
                put_in_place(place, imported.entry(self.clock.now().isoformat(timespec="seconds")))
            else:
                put_in_place(place, None)
            ledger = read_ledger(self.root)
            for span in fetched:
                if span[0] < span[1]:
                    ledger.cover(str(key), span)
            ledger.calls[instrument.venue] = budget.made
            write_ledger(self.root, ledger)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, BackPressure | OutcomeUnknown) and not isinstance(error, BudgetSpent)


def _refuse(row: int, reason: str) -> DataError:
    return DataError("download", reason)


def _windows(spans: Sequence[Span], longest: int) -> Iterator[Span]:
    for begins, ends in spans:
        for at in range(begins, ends, longest):
            yield at, min(at + longest, ends)


def _settled(window: Span, bars: Sequence[Bar], now: Instant) -> Span:
    """What need not be asked for again: of the last day, only what has come, for it may come late."""
    if window[1] <= now - DAY:
        return window
    return window[0], min(window[1], bars[-1].close_at) if bars else window[0]


def _columns(instrument: Instrument, timeframe: str, bars: Sequence[Bar]) -> BarColumns:
    at = np.array([bar.open_at for bar in bars], dtype=np.int64)
    prices = {name: frozen(np.array([getattr(bar, name) for bar in bars], dtype=np.int64)) for name in _PRICES}
    volume = frozen(np.array([bar.volume for bar in bars], dtype=np.float64))
    calendar = calendar_for(instrument.venue)
    days = day_numbers(at, calendar)
    traded = traded_days(days, busy_days(days), calendar)
    return BarColumns(instrument, "download", timeframe, frozen(at), **prices, volume=volume, days=frozen(traded))
