"""One account's deterministic machine: `process(event) -> effects`. Fed from one inbox; where the core's stages meet.

Ticks become bars, bars become signals, signals pass risk and become orders, fills become books. The same machine runs
the backtest, the paper bot, the live bot and the simulation. Time is what events say it is. Whatever is due by the
clock (bars that close, flattening, the day's end) happens at whole minutes, in order, before the event that reached
that minute.

A tick in its tape's calm interval, inside its minute, changes nothing but the forming bar: research skips by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from engine.core import (
    answers,
    audit,
    control,
    copying,
    execution_mode,
    feed_watch,
    kill,
    reconcile,
    simulated_signals,
)
from engine.core.decide import exit_position
from engine.core.history import on_history
from engine.core.leaving import touched
from engine.core.minute import begin_day, expire_orders, run_minute
from engine.core.protect import tend
from engine.core.publish import publish_account, publish_alert
from engine.core.rebook import on_facts_found
from engine.core.recover import on_recovered
from engine.core.rederive import on_views_found
from engine.core.sending import request_cancel, withdraw_entries
from engine.core.state import MakeStrategy, State
from engine.core.tape import Tape
from engine.core.tick_guard import note, offence
from engine.domain.account import AccountSpec
from engine.domain.effects import Effect
from engine.domain.errors import InvariantBroken
from engine.domain.events import (
    BarClosed,
    BarOpened,
    ClockTicked,
    Event,
    HistoryBar,
    MarketEnded,
    Recovered,
    SessionOpened,
)
from engine.domain.found import ChainFound, FactsFound, ViewsFound
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import Tick
from engine.domain.order import ExitReason
from engine.domain.records.audit import ENGINE

_NOTHING: tuple[Effect, ...] = ()
_HANDLERS = (
    answers.HANDLERS
    | reconcile.HANDLERS
    | control.HANDLERS
    | copying.HANDLERS
    | execution_mode.HANDLERS
    | kill.HANDLERS
    | feed_watch.HANDLERS
    | simulated_signals.HANDLERS
)


class Engine:
    """The machine of one account. `next_due_at` is when the clock alone makes something happen."""

    def __init__(
        self, account: AccountSpec, make_strategy: MakeStrategy, *, views: bool = True, protects: bool = False
    ) -> None:
        state = self.state = State(account, make_strategy, views=views)
        state.protects = protects
        self._tapes = state.tapes
        self._handlers: dict[type, Callable[[Any], None]] = {
            SessionOpened: self._on_session,
            HistoryBar: partial(on_history, state),
            BarOpened: self._on_bar_opened,
            BarClosed: self._on_bar_closed,
            ClockTicked: self._on_clock,
            MarketEnded: self._on_ended,
            Recovered: partial(on_recovered, state),
            ChainFound: partial(audit.on_chain_found, state),
            FactsFound: partial(on_facts_found, state),
            ViewsFound: partial(on_views_found, state),
            **{kind: partial(handler, state) for kind, handler in _HANDLERS.items()},
        }

    @property
    def next_due_at(self) -> Instant:
        return self.state.next_due_at

    def admits(self, tick: Tick) -> bool:
        """Whether a tick would be taken. Changes nothing."""
        tape = self._tapes.get(tick.symbol)
        return tape is not None and offence(tape, tick) is None

    def process(self, event: Event) -> Sequence[Effect]:
        """Take one event; returns what must be done about it, in order. A broken invariant halts the account."""
        if type(event) is Tick:
            return self.take_tick(event)
        try:
            self._handlers[type(event)](event)
            if self.state.copies:
                copying.go_on(self.state)
            if self.state.kill is not None and type(event) in _HANDLERS:
                kill.go_on(self.state)
            if self.state.protects and type(event) is not HistoryBar:  # the past asks for nothing
                tend(self.state)
        except InvariantBroken as broken:
            self._break(broken)
        return self._drain()

    def take_tick(self, tick: Tick) -> Sequence[Effect]:
        """`process` for a tick; the hot path looks at nothing but the symbol's tape."""
        self.state.ticks += 1
        if (tape := self._tapes.get(tick.symbol)) is None:
            self.state.drop("unknown_symbol")
            return _NOTHING
        if tape.takes_calmly(tick):
            return _NOTHING
        try:
            return self._look_twice(tape, tick)
        except InvariantBroken as broken:
            self._break(broken)
            return self._drain()

    def take_calm(self, events: Iterator[Event]) -> Event | None:
        """Take ticks while they change nothing but forming bars; returns the first event that may do more, untaken."""
        tapes, due, taken, found = self._tapes, self.state.next_due_at, 0, None
        for event in events:
            if type(event) is Tick and event.at < due:
                tape = tapes.get(event.symbol)
                if tape is not None and tape.takes_calmly(event):
                    taken += 1
                    continue
            found = event
            break
        self.state.ticks += taken
        return found

    def _drain(self) -> Sequence[Effect]:
        if not self.state.out:
            return _NOTHING
        out, self.state.out = self.state.out, []
        return out

    def _break(self, broken: InvariantBroken) -> None:
        state = self.state
        state.breaker.halt(str(broken), broken=True, reports=state.truth.reports)
        audit.note(state, ENGINE, "halted", state.account.account_id, None, str(broken))
        with suppress(InvariantBroken):  # it may be the very order that broke it
            withdraw_entries(state, state.reached_at(), reason="the account is halted")
        publish_alert(state, "critical", "invariant", str(broken), f"Halted: {broken}")
        publish_account(state)

    def _look_twice(self, tape: Tape, tick: Tick) -> Sequence[Effect]:
        """A tick that may be dirty, begin a minute, or touch a stop or target."""
        state, at, price = self.state, tick.at, tick.price
        if (rule := offence(tape, tick)) is not None:
            return self._refuse(tape, tick, rule)
        self._advance(at)
        tape.accept(at, price)
        tape.form(at, price, tick.quantity)
        state.next_due_at = min(state.next_due_at, tape.until)
        if price <= tape.trigger_low or price >= tape.trigger_high:
            touched(state, tape, price, price, price, at)
        if state.protects:
            tend(state)
        return self._drain()

    def _refuse(self, tape: Tape, tick: Tick, rule: str) -> Sequence[Effect]:
        """Count a dirty tick. One of after the close still proves that the close has passed."""
        note(tape, tick, rule)
        self.state.drop(rule)
        if rule == "outside_session" and tick.at >= tape.close_at:
            self._advance(tape.close_at)
        return self._drain()

    def _on_session(self, event: SessionOpened) -> None:
        state, session = self.state, event.session
        if state.recovered and not (state.ticks or state.bars):
            state.next_due_at = NEVER  # what was due while nothing ran: no exit is decided for the past
        self._advance(event.at)
        state.now = max(state.now, event.at)
        if (before := state.sessions.get(session.venue)) == session:
            return  # told again, by a feed that reconnected: the day goes on
        if before is None or before.closes:  # else only the day turns: what rests at the venue rests on
            expire_orders(state, session, event.at, opening=True)
        state.sessions[session.venue] = session
        feed_watch.begin_session(state, session.venue)
        for symbol in state.symbols():
            if state.instruments[symbol].venue == session.venue:
                self._tapes[symbol].begin(session)
        if session.day > state.ledger.day:
            begin_day(state, session.day)
        if len(state.portfolio):  # held overnight, or over a restart: it is marked and flattened without waiting
            state.next_due_at = min(state.next_due_at, state.now - state.now % MINUTE + MINUTE)
        if not (state.recovered and event.at <= state.now):  # a session of the past, with the past's prices
            publish_account(state)

    def _on_bar_opened(self, event: BarOpened) -> None:
        self._advance(event.at)
        tape = self._tapes[event.symbol]
        if tape.open_at <= event.at < tape.close_at:
            self.state.now = event.at
            tape.accept(event.at, event.price)

    def _on_bar_closed(self, event: BarClosed) -> None:
        """A whole bar: it waits for its close, when all symbols' bars of that moment are judged together."""
        bar, state = event.bar, self.state
        tape = self._tapes[bar.symbol]
        if not tape.open_at <= bar.open_at < tape.close_at:
            state.drop("outside_session")
            return
        if bar.open_at < tape.floor or (tape.closed and bar.open_at < tape.closed[-1].close_at):
            state.drop("out_of_order")
            return
        tape.accept(bar.close_at - 1, bar.close)
        tape.closed.append(bar)
        state.next_due_at = min(state.next_due_at, bar.close_at)
        if bar.low <= tape.trigger_low or bar.high >= tape.trigger_high:
            touched(state, tape, bar.low, bar.high, bar.close, bar.close_at - 1)

    def _on_clock(self, event: ClockTicked) -> None:
        self._advance(event.at)
        self.state.now = max(self.state.now, event.at)

    def _on_ended(self, event: MarketEnded) -> None:
        state = self.state
        self._advance(event.at)
        state.now, state.ended = max(state.now, event.at), True
        for order in state.open_orders():
            request_cancel(state, order, event.at, "the data ended", expire=True)
        for position in state.portfolio.all():
            exit_position(state, position, ExitReason.END, event.at)

    def _advance(self, at: Instant) -> None:
        """Let everything due by `at` happen, minute by minute."""
        while self.state.next_due_at <= at:
            run_minute(self.state, self.state.next_due_at)
