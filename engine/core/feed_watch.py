"""The symbols of a feed: whether prices still come, and whether they trade at all. Told by engine.py what feeds and the
runtime say.

Only a market whose clock is the wall's can tell that it is silent: there the runtime says once a second what time it
is (WallClock). Of a replay or an accelerated market, silence is the data's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.core.risk.trips import feed_lost
from engine.core.state import State
from engine.core.tape import Tape
from engine.core.tripping import trip
from engine.domain.events import InstrumentListed, MarketStatus, WallClock
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import TradingStatus
from engine.domain.records import TripKind


def on_wall_clock(state: State, event: WallClock) -> None:
    """Bound what a tick's stamp may say, and look for held symbols without a price."""
    at = event.at
    for tape in state.tapes.values():
        tape.wall_at = at
    if state.prices_since is None:
        state.prices_since = at  # nobody listened before: a feed has its time to begin
    if TripKind.FEED_LOST in state.breaker.trips:
        return
    for symbol in dict.fromkeys(position.symbol for position in state.portfolio.all()):
        silent_us = at - _heard_at(state, symbol, state.prices_since, at)
        lost = feed_lost(state.policy, state.ledger, symbol, silent_us, at)
        if lost is not None:
            trip(state, lost)
            return


def _heard_at(state: State, symbol: str, since: Instant, at: Instant) -> Instant:
    """The last sign of life of a symbol; now, where none is to be expected."""
    tape, status = state.tapes[symbol], state.statuses.get(symbol)
    session = tape.session
    if session is None or not session.trading(at):
        return at
    opened_at = session.open_at if session.closes else since  # a day that only turns ends no silence
    if status is None:
        return max(tape.last_at, tape.heard_at, opened_at, since)
    if status.status is not TradingStatus.TRADING:
        return at
    return max(tape.last_at, tape.heard_at, opened_at, since, status.at)


def on_market_status(state: State, event: MarketStatus) -> None:
    """The venue says whether a symbol trades."""
    if event.symbol not in state.tapes:
        state.drop("unknown_symbol")
        return
    state.statuses[event.symbol] = event


def on_listed(state: State, event: InstrumentListed) -> None:
    """A symbol that the feed carries gets its tape."""
    instrument = event.instrument
    if instrument.symbol in state.tapes:
        _listed_again(state, state.instruments[instrument.symbol], instrument)
        return
    state.instruments[instrument.symbol] = instrument
    tape = state.tapes[instrument.symbol] = Tape(instrument)
    state.forget_rows()
    session = state.sessions.get(instrument.venue)
    if session is not None:
        tape.begin(session)


def _listed_again(state: State, known: Instrument, instrument: Instrument) -> None:
    """A feed that tells its instruments anew: circuit limits may be another day's, what counts in units may not."""
    if (known.band_low, known.band_high) != (instrument.band_low, instrument.band_high):
        banded = replace(known, band_low=instrument.band_low, band_high=instrument.band_high)
        state.instruments[known.symbol] = banded
        state.tapes[known.symbol].keep_within(banded)


def begin_session(state: State, venue: str) -> None:
    """A session begins: its symbols trade until the venue says otherwise."""
    for symbol in [symbol for symbol in state.statuses if state.instruments[symbol].venue == venue]:
        del state.statuses[symbol]


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    InstrumentListed: on_listed,
    WallClock: on_wall_clock,
    MarketStatus: on_market_status,
}
