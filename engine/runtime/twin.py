"""The paper twin of a live account: its bots once more, on the same prices, at the simulated venue. So that a person
sees what being live costs, and what was missed.

Fed by a tap on the live engine; runs on a thread of its own and writes one record a bot. It is given a paper account,
and a paper venue inside its loop: there is nothing here that could reach a broker. It is told what markets and people
say, never what a venue does. Whatever goes wrong with it ends it, with a reason in its records, and touches nothing
else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec, Mode
from engine.domain.copying import COPY
from engine.domain.effects import Effect, PublishRecord
from engine.domain.errors import CannotStart, OperatingError
from engine.domain.events import (
    BarClosed,
    BarOpened,
    BotChanged,
    BotRemoved,
    ClockTicked,
    CommandReceived,
    Event,
    HaltChanged,
    HistoryBar,
    InstrumentListed,
    LeaderTold,
    MarketEnded,
    MarketStatus,
    PolicyChanged,
    Recovered,
    SessionOpened,
)
from engine.domain.market import Tick
from engine.domain.records import AccountRecord
from engine.ports import Clock, Outbox
from engine.runtime.engine_tap import QueuedTap
from engine.runtime.twin_books import TwinBooks
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop

NAP_S = 0.25
TELL_S = 10.0  # between two writes of what changed: a document a bot, billed
_AT_ONCE = 100  # events, half a millisecond: then the session gets its turn
_SAID = (
    Tick, BarOpened, BarClosed, ClockTicked, SessionOpened, HistoryBar, InstrumentListed, MarketStatus, MarketEnded,
    BotChanged, BotRemoved, PolicyChanged, HaltChanged, LeaderTold,
)  # fmt: skip
_COMMANDS = ("close_position", "flatten")
_log = structlog.get_logger()


def twin_account(live: AccountSpec) -> AccountSpec:
    """The twin's account: paper, with an id of its own. Raises CannotStart for an account that is no live one."""
    if live.mode is not Mode.LIVE:
        raise CannotStart(f"{live.account_id} is a paper account: it needs no twin")
    named = f"paper-{live.account_id.removeprefix('live-')}-twin"
    return replace(live, account_id=named, mode=Mode.PAPER, name=f"{live.name}, paper twin")


class Twin:
    """Listens at `tap`. `model` is how the paper venue fills."""

    def __init__(
        self,
        live: AccountSpec,
        make_strategy: MakeStrategy,
        outbox: Outbox,
        clock: Clock,
        model: FillModel | None = None,
    ) -> None:
        self.account = twin_account(live)
        self._live_id = live.account_id
        self.tap = QueuedTap()
        self.books = TwinBooks(self.account.account_id)
        self._make_strategy = make_strategy
        self._outbox = outbox
        self._clock = clock
        self._model = model
        self._loop: PaperLoop | None = None
        self._listed: list[Event] = []  # before it is known what money the live account has
        self._day = ""
        self._told_at = -TELL_S
        self._told: dict[str, Any] = {}

    def run(self, stop: threading.Event) -> None:
        """Follow the live engine until stopped. Never raises."""
        while not stop.wait(NAP_S):
            self.follow(stop.is_set)
        self.follow(stop.is_set)
        self.tell(force=True)
        self.tap.close()

    def follow(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Take what was heard; what changed is told. Once `stop()` is true, no more than one portion: the next start
        begins a new twin, and a day's worth may wait.
        """
        try:
            while not self.tap.closed and (heard := self.tap.take(_AT_ONCE)):
                for one in heard:
                    self._hear(one)
                if stop():
                    break
                self._clock.wait(0.0)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a twin is no business of the live account's
            _log.exception("the paper twin failed", account=self.account.account_id)
            self._stop(f"it failed: {type(error).__name__}: {error}")
        if self.tap.overrun and self.books.stopped is None:
            self._stop("it could not keep up with the prices")
        self.tell(force=False)

    def tell(self, *, force: bool) -> None:
        """Write what changed, each ten seconds at most."""
        now = self._clock.monotonic()
        if not self.books.changed or (not force and now - self._told_at < TELL_S):
            return
        self._told_at, self.books.changed = now, False
        news = [record for record in self.books.records() if self._told.get(record.bot_id) != record]
        self._told.update({record.bot_id: record for record in news})
        try:
            if news:
                self._outbox.put([PublishRecord(self._outbox.last_sequence, record) for record in news])
        except OperatingError as error:
            _log.warning("the paper twin is not written down", account=self.account.account_id, error=str(error))

    def _hear(self, heard: Any) -> None:
        if isinstance(heard, list | tuple):
            self._hear_live(heard)
        elif isinstance(heard, Recovered):
            self._begin(heard)
        elif isinstance(heard, _SAID) or (isinstance(heard, CommandReceived) and heard.kind in _COMMANDS):
            self._take(heard)

    def _hear_live(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, PublishRecord):
                self.books.take_live(effect.record)

    def _begin(self, recovered: Recovered) -> None:
        """The twin starts flat, with the money that the live account is worth: its orders are of the same size."""
        for record in recovered.records:
            if isinstance(record, AccountRecord) and record.equity > 0:
                self.account = replace(self.account, cash=record.equity)

    def _take(self, event: Event) -> None:
        if self._loop is None:
            if isinstance(event, InstrumentListed):
                self._listed.append(event)
                return
            self._loop = PaperLoop(self.account, self._make_strategy, self._sink, model=self._model)
            for listed in self._listed:
                self._loop.step(listed)
        if isinstance(event, SessionOpened) and event.session.day > self._day:
            self._day = event.session.day
            self.books.begin(event.at)
        self._loop.step(self._as_own(self._loop, event))
        if isinstance(event, BotRemoved):
            self.books.forget(event.bot_id)
        elif isinstance(event, BotChanged):
            self.books.remember(event.spec.bot_id)

    def _as_own(self, loop: PaperLoop, event: Event) -> Event:
        """Copying as it is said to the twin: leaders of the live account are its own bots, and what one elsewhere did
        goes on from where the twin is, which heard nothing of the days before.
        """
        if isinstance(event, BotChanged) and event.spec.strategy == COPY:
            own = str(event.spec.parameters.get("leader", "")).removeprefix(f"{self._live_id}/")
            parameters = {**event.spec.parameters, **({"leader": own} if own else {})}
            return replace(event, spec=replace(event.spec, parameters=parameters))
        if isinstance(event, LeaderTold) and (bot := loop.engine.state.bots.get(event.bot_id)) is not None:
            return replace(event, after=None if bot.following is None else bot.following.sequence)
        return event

    def _sink(self, effect: PublishRecord) -> None:
        self.books.take_paper(effect.record)

    def _stop(self, why: str) -> None:
        self.tap.close()
        self.books.stopped, self.books.changed = why, True
