"""The engine that a signal is tried on, made in the middle of the day: its books as they were written down, the market
as the account's own engine has seen it. Made for rehearsal.py, on the session's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.core.borrowed_market import borrow_prices
from engine.core.simulated_signals import ByHand
from engine.core.state import MakeStrategy, State
from engine.core.strategy import Strategy
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, OrderCancelled, Recovered, SessionOpened
from engine.domain.records import AccountRecord, Record
from engine.domain.rehearsal import rehearsed_bot_id
from engine.simulation.paper import PaperLoop


class RehearsedLoop(PaperLoop):
    """A paper loop that goes on from `states`, and takes prices of the symbols it has `borrowed`. A new account begins
    with what the other is worth, so that its orders are of the same size.
    """

    def __init__(
        self,
        account: AccountSpec,
        make_strategy: MakeStrategy,
        sink: Callable[[PublishRecord], None],
        states: Iterable[Record],
        seen: State,
    ) -> None:
        records, equity = tuple(states), seen.equity()
        known = any(isinstance(record, AccountRecord) for record in records)
        cash = account.cash if known or equity <= 0 else equity
        super().__init__(replace(account, cash=cash, risk_policy=seen.policy), _by_hand(make_strategy), sink)
        self.borrowed: set[str] = set()
        for instrument in seen.instruments.values():
            self.step(InstrumentListed(instrument))
        if known:
            self.step(Recovered(records, seen.sequence))
            self.restore()
        at, state = seen.reached_at(), self.engine.state
        for session in seen.sessions.values():
            self.step(SessionOpened(session, max(at, session.open_at)))
        for status in seen.statuses.values():
            self.step(status)
        self.borrow(seen, sorted({position.symbol for position in state.portfolio.all()}))
        holding = {position.bot_id for position in state.portfolio.all()}
        for bot in list(seen.bots.values()):
            if rehearsed_bot_id(bot.bot_id) in holding:
                self.rehearse(bot.spec, bot.generation, seen)
        for order in state.open_orders():
            self.step(OrderCancelled(order.order_id, "the rehearsal was restarted", state.now))

    def rehearse(self, spec: BotSpec, generation: int, seen: State) -> str:
        """Have the bot's copy be as the bot is now; its id. It runs, whatever is desired of the bot."""
        copy = replace(spec, bot_id=rehearsed_bot_id(spec.bot_id))
        self.borrow(seen, spec.symbols)
        self.step(BotChanged(copy, Desired.RUNNING, generation))
        return copy.bot_id

    def borrow(self, seen: State, symbols: Iterable[str]) -> None:
        """Take prices of these symbols, too."""
        new = [symbol for symbol in symbols if symbol in seen.tapes and symbol not in self.borrowed]
        borrow_prices(self.engine.state, seen, new)
        self.borrowed.update(new)


def _by_hand(make_strategy: MakeStrategy) -> MakeStrategy:
    """Strategies that decide nothing, and sell short or rest where the real ones would."""

    def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
        real = make_strategy(strategy, parameters)
        return ByHand(allow_short=real.allow_short, cooldown_s=real.cooldown_s)

    return make
