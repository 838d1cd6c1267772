"""Signals that a person tries: a bot's copy in a paper account of its own, beside the engine of the account it is of.

Fed by session on its own thread, with commands before the account's engine sees them and, while anything is at work
here, with the prices; gives the account's outbox records that are marked (domain/records/rehearsed). It has a simulated
venue and nothing else: there is nothing here that could reach a broker. Asleep it costs nothing. What fails here ends
the rehearsal, and is no business of the account's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import get_args

import structlog

from engine.core.orders import TERMINAL
from engine.core.state import MakeStrategy, State
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.errors import InvalidValue
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
    MarketEnded,
    MarketStatus,
    PolicyChanged,
    SessionOpened,
    SignalSimulated,
    WallClock,
)
from engine.domain.identity import simulated_signal_id
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Tick
from engine.domain.records import (
    AccountRecord,
    CommandResult,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    ProfitRecord,
    Record,
    Rehearsable,
    RehearsedRecord,
    SignalRecord,
)
from engine.domain.rehearsal import REHEARSE, SIMULATE, rehearsal_account, rehearsed_bot_id
from engine.domain.signal import SignalType
from engine.runtime.rehearsed_loop import RehearsedLoop

AWAKE_US = 2 * MINUTE  # of market time after the last of it: an order is named by its minute, and none is named twice
NOT_READ = "what an earlier rehearsal left is still being read: try again in a moment"
_STATES = (AccountRecord, OrderRecord, PositionRecord, ProfitRecord)
_MARKET = (SessionOpened, ClockTicked, MarketEnded, MarketStatus, InstrumentListed, WallClock, PolicyChanged)
_log = structlog.get_logger()


class Rehearsal:
    """One account's. `awake` while prices are of interest here; `unknown` while nobody knows what an earlier one left.

    `collect` takes what is to be written down along with what the account's engine publishes next.
    """

    def __init__(
        self, account: AccountSpec, make_strategy: MakeStrategy, collect: Callable[[PublishRecord], None]
    ) -> None:
        self.account = rehearsal_account(account)
        self.awake = self.unknown = False
        self._make_strategy = make_strategy
        self._collect = collect
        self._states: dict[tuple[str, str], Record] = {}  # what it goes on from
        self._loop: RehearsedLoop | None = None
        self._told: list[Record] = []
        self._busy_at: Instant = 0

    def begin(self, records: Iterable[Record], *, unknown: bool = False) -> None:
        """Go on from what was written down: what of an account's records is rehearsed. `unknown`: that may not be all,
        as the journal was lost; it is to be called again with the store's.
        """
        for record in records:
            if isinstance(record, RehearsedRecord):
                self._keep(record.record)
        self.unknown = unknown
        at_work = any(isinstance(state, PositionRecord | OrderRecord) for state in self._states.values())
        self.awake = at_work and not unknown

    def take(self, event: Event, seen: State) -> Event:
        """The event as the account's own engine is to take it: a command that is meant for here with what came of it.
        `seen` is that engine's state, of before the event.
        """
        if not self.awake and type(event) is not CommandReceived:
            return event
        if isinstance(event, CommandReceived):
            if event.kind not in (SIMULATE, REHEARSE):
                return event
            said = self._guarded(lambda: self._carry_out(event, seen), seen)
            return replace(event, arguments={**event.arguments, **(said or {"unanswered": "the rehearsal failed"})})
        self._guarded(lambda: self._hear(event, seen), seen)
        return event

    def _guarded(self, work: Callable[[], Mapping[str, str] | None], seen: State) -> Mapping[str, str] | None:
        """Do it and hand over what is to be written down; whatever goes wrong here stays here."""
        try:
            said = work()
        except Exception:  # noqa: BLE001 - see above
            _log.exception("the rehearsal failed", account=self.account.account_id)
            self._told.clear()
            self._sleep()
            return None
        told, self._told = self._told, []
        for record in told:
            if isinstance(record, get_args(Rehearsable)):
                self._collect(PublishRecord(seen.sequence, RehearsedRecord(self.account.account_id, record)))
        return said

    def _carry_out(self, command: CommandReceived, seen: State) -> dict[str, str]:
        if self.unknown:
            return {"unanswered": NOT_READ}
        loop, arguments = self._woken(seen), command.arguments
        self._busy_at = loop.engine.state.reached_at()
        if command.kind == SIMULATE:
            return self._simulate(loop, command, seen)
        kept = {name: value for name, value in arguments.items() if name != "command"}
        loop.step(CommandReceived(command.command_id, arguments.get("command", ""), kept))
        done = next(record for record in self._told if isinstance(record, CommandResult))
        if done.state != "done":
            return {"unanswered": done.result.get("reason", "")}
        return {**done.result, "account_id": self.account.account_id}

    def _simulate(self, loop: RehearsedLoop, command: CommandReceived, seen: State) -> dict[str, str]:
        arguments = command.arguments
        bot, symbol, wanted = seen.bots.get(arguments.get("bot_id", "")), arguments.get("symbol", ""), SignalType.BUY
        if bot is None or bot.removed:
            return {"unanswered": f"there is no bot {arguments.get('bot_id')!r} in the account"}
        if arguments.get("type") == SignalType.SELL:
            wanted = SignalType.SELL
        if (named := rehearsed_bot_id(bot.bot_id)) in seen.bots:
            return {"unanswered": f"the account has a bot {named}, as its copy would be called"}
        copy = loop.rehearse(bot.spec, bot.generation, seen)
        signal_id = simulated_signal_id(self.account.account_id, copy, command.command_id)
        try:
            if (error := loop.engine.state.bots[copy].error) is not None:
                return {"unanswered": error}
            if loop.engine.state.breaker.refusal is not None:  # nobody watches it: what a person may lift is lifted
                loop.step(HaltChanged(False, "", arguments.get("by", "")))
            loop.step(SignalSimulated(signal_id, copy, symbol, wanted))
        except InvalidValue as error:
            return {"unanswered": str(error)}
        signal = next(told for told in self._told if isinstance(told, SignalRecord))
        words = {"reason": signal.blocking_reason, "detail": signal.blocking_detail, "order_id": signal.order_id}
        return {
            "account_id": self.account.account_id,
            "bot_id": copy,
            "signal_id": signal_id,
            "outcome": signal.outcome.value,
            **{name: word for name, word in words.items() if word is not None},
        }

    def _hear(self, event: Event, seen: State) -> None:
        """An event of the account's, in so far as it matters here."""
        known = self._states.get(("accounts", self.account.account_id))
        if self._loop is None and isinstance(known, AccountRecord) and seen.reached_at() < known.market_at:
            return  # a replay that is played again has not come to where this one was left
        loop = self._woken(seen)
        match event:
            case Tick() | BarOpened():
                if event.symbol in loop.borrowed:
                    loop.step(event)
            case BarClosed() | HistoryBar():
                if event.bar.symbol in loop.borrowed:
                    loop.step(event)
            case BotChanged():
                if rehearsed_bot_id(event.spec.bot_id) in loop.engine.state.bots:
                    loop.rehearse(event.spec, event.generation, seen)
            case BotRemoved():
                loop.step(BotRemoved(rehearsed_bot_id(event.bot_id)))
            case _ if isinstance(event, _MARKET):
                loop.step(event)
        state = loop.engine.state
        if state.exposed() or any(not leg.over for leg in state.legs.values()):
            self._busy_at = state.reached_at()
        elif state.reached_at() >= self._busy_at + AWAKE_US:
            self._sleep()

    def _sleep(self) -> None:
        self._loop, self.awake = None, False

    def _woken(self, seen: State) -> RehearsedLoop:
        """The loop; made of what was written down and of what the account's engine has seen, where it slept."""
        if self._loop is None:
            states = self._states.values()
            self._loop = RehearsedLoop(self.account, self._make_strategy, self._sink, states, seen)
            self.awake, self._busy_at = True, seen.reached_at()
        return self._loop

    def _sink(self, effect: PublishRecord) -> None:
        self._told.append(effect.record)
        self._keep(effect.record)

    def _keep(self, record: Record) -> None:
        over = isinstance(record, OrderRecord) and record.state in TERMINAL
        if isinstance(record, PositionFlat) or over:
            self._states.pop((record.collection, record.document_id), None)
        elif isinstance(record, _STATES):
            self._states[record.collection, record.document_id] = record
