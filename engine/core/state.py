"""Everything the engine holds of one account.

Changed by the core's other files, each what it answers for; holds no rules itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.core.bars import Series
from engine.core.bot import Bot, Stance
from engine.core.chain import Chain
from engine.core.charges import Tariff
from engine.core.execution import Leg
from engine.core.kept_orders import KeptOrders
from engine.core.ledger import Ledger
from engine.core.lookers import Lookers
from engine.core.orders import Order
from engine.core.portfolio import Portfolio
from engine.core.risk.breaker import Breaker
from engine.core.risk.pace import OrderPace
from engine.core.risk.trips import Floor, Rejections
from engine.core.strategy import Strategy, UniverseStrategy
from engine.core.tape import Tape
from engine.core.truth import Truth
from engine.domain.account import AccountSpec, Mode, TradingState
from engine.domain.copying import FollowStatus, LeaderFact
from engine.domain.effective import EffectiveMode
from engine.domain.effects import Effect, PublishRecord
from engine.domain.events import MarketStatus
from engine.domain.instant import NEVER, Instant
from engine.domain.instrument import MONEY_DIGITS, Instrument
from engine.domain.market import TradingSession
from engine.domain.order import ExitReason, OrderRequest, Purpose
from engine.domain.records import BotStatusRecord, KillRecord, Record
from engine.domain.risk import RiskPolicy

NOT_LOOKED_YET = "The engine has just started and has not looked around yet"
MakeStrategy = Callable[[str, Mapping[str, Any]], Strategy | UniverseStrategy]


@dataclass(slots=True)
class Guard:
    """What protect.py knows of one position's stop: the order, when it was placed, what it was told in vain, and for
    how much the venue has it where that is less than was asked for.
    """

    order_id: str | None = None
    placed_at: Instant = 0
    tries: int = 0  # stops in a row that could not be placed, or vanished
    retry_at: Instant = 0
    asked: str | None = None  # the order that the venue was asked to cancel
    refusals: int = 0
    ask_at: Instant = 0
    left_for: Decimal | None = None


@dataclass(slots=True)
class Leaving:
    """What stuck_exits.py knows of one position's exit: the position by its first fill, since when it is wanted, the
    order of now, how often it came to nothing and why, since when the venue has it, and whether a person was told.
    """

    opened_by: str
    since: Instant
    order_id: str
    tries: int = 0
    why: str = ""
    taken_at: Instant | None = None
    told: bool = False


class State:
    """One account's world. `views` says whether what only screens need (bars, decisions, statuses) is published."""

    def __init__(self, account: AccountSpec, make_strategy: MakeStrategy, *, views: bool) -> None:
        self.account = account
        self.make_strategy = make_strategy
        self.views = views
        self.policy = account.hard_limits.obeyed(account.risk_policy)  # in force
        self.policy_next: RiskPolicy | None = None  # in force from the next session on, where it is looser
        self.mode = EffectiveMode.PAPER if account.mode is Mode.PAPER else EffectiveMode.DRY
        self.mode_reasons: tuple[str, ...] = () if account.mode is Mode.PAPER else (NOT_LOOKED_YET,)
        self.pace = OrderPace()
        self.tariff = Tariff(account.charge_schedule, account.venue_charges)
        self.now: Instant = 0
        self.day_began_at: Instant = 0
        self.recovered = False  # it goes on with books of before; what is past is written down already
        self.ended = False  # the data is over: what is still open is closed at the last price
        self.next_due_at: Instant = NEVER
        self.sequence = 0
        self.out: list[Effect] = []
        self.instruments: dict[str, Instrument] = {}
        self.tapes: dict[str, Tape] = {}
        self.sessions: dict[str, TradingSession] = {}
        self.series: dict[str, dict[str, Series]] = {}
        self.bots: dict[str, Bot] = {}
        self.lookers: dict[tuple[str, str], Lookers] = {}  # until a bot comes, goes or changes
        self.orders = KeptOrders()
        self.legs: dict[str, Leg] = {}  # by each of their orders; of orders at the market there are none
        self.portfolio = Portfolio(account.reduce_by)
        self.ledger = Ledger(account.cash)
        self.breaker = Breaker()
        self.floor = Floor()
        self.rejections = Rejections()
        self.unread_refusals = 0  # entries in a row, by the broker, in words that are in no list
        self.statuses: dict[str, MarketStatus] = {}  # of symbols whose venue has said something of it today
        self.prices_since: Instant | None = None  # wall time from which on prices are listened for
        self.truth = Truth()
        self.chain = Chain()
        self.kill: KillRecord | None = None  # the kill that stands; what comes next is kill.py's
        self.kill_asked: set[str] = set()  # asked whether it holds an order, never walked through
        self.kill_again: set[str] = set()
        self.kill_exits: dict[str, str] = {}
        self.exit_rests: dict[tuple[str, str], Instant] = {}  # when a rejected exit may be sent again
        self.protects = False  # positions with a stop have one resting at the venue: protect.py
        self.guards: dict[tuple[str, str], Guard] = {}  # by (bot, symbol), as below
        self.held_exits: dict[str, OrderRequest] = {}  # exits, by order, that wait for a resting stop to be gone
        self.exit_wishes: dict[tuple[str, str], ExitReason] = {}  # exits to be decided anew
        self.leaving: dict[tuple[str, str], Leaving] = {}  # exits that the venue does not have yet
        self.unprotected: dict[tuple[str, str], str] = {}  # positions without the stop they should have, and why
        self.not_flat: set[str] = set()  # what was told of, asked whether it holds one
        self.last_fills: dict[tuple[str, str], Instant] = {}  # of before a restart, by (bot, symbol)
        self.bot_days: dict[str, BotStatusRecord] = {}  # what bots had done today before a restart
        self.bot_pasts: dict[str, BotStatusRecord] = {}  # the same, on whatever day they come
        self.copies = False  # whether any bot has followed a leader
        self.leads: list[LeaderFact] = []  # what the account's own bots did, for their followers
        self.follow_pasts: dict[str, FollowStatus] = {}  # how followers stood before a restart
        self.orders_before: set[str] = set()  # ids of orders of before it, asked whether it holds one
        self._symbols: list[str] = []
        self._rows: list[tuple[Tape, tuple[Series, ...]]] | None = None
        self.forming = False  # whether a bar wider than a minute was being formed at the last minute
        self.ticks = 0
        self.bars = 0
        self.dropped: dict[str, int] = {}

    def publish(self, record: Record) -> None:
        """Number a record and hand it out."""
        self.sequence += 1
        self.out.append(PublishRecord(self.sequence, record))

    def exposed(self) -> bool:
        """Whether anything is held or at work."""
        return len(self.portfolio) > 0 or bool(self.orders.working())

    @property
    def trading_state(self) -> TradingState:
        """What the account may do."""
        stopped = bool(self.breaker.trips)  # of the others it does not matter what is held
        return self.breaker.state(exposed=stopped and self.exposed())

    def dry_words(self) -> str:
        """Why entries of a live account are written down and not sent, as a sentence."""
        return f"Dry: {'; '.join(self.mode_reasons)}"

    def reached_at(self) -> Instant:
        """The market time that prices have reached, which is later than the last whole minute."""
        return max(self.now, max((tape.last_at for tape in self.tapes.values()), default=self.now))

    def reach_now(self) -> Instant:
        """Have it be the time that prices have reached: what people and the runtime want happens then."""
        self.now = self.reached_at()
        return self.now

    def symbols(self) -> list[str]:
        """Every symbol with a tape, sorted."""
        if len(self._symbols) != len(self.tapes):  # a tape is never taken away
            self._symbols = sorted(self.tapes)
        return self._symbols

    def rows(self) -> list[tuple[Tape, tuple[Series, ...]]]:
        """Every symbol's tape with its series, narrowest first, by symbol."""
        if self._rows is None:
            found = [(self.tapes[symbol], self.series.get(symbol, {})) for symbol in sorted(self.tapes)]
            self._rows = [(tape, tuple(widths.values())) for tape, widths in found]
        return self._rows

    def forget_rows(self) -> None:
        """A symbol or a series has come."""
        self._rows = None

    def equity(self) -> Decimal:
        """Cash and every open position at its last price."""
        total, positions = self.ledger.cash, self.portfolio.all()
        if not positions:
            return total
        cents, tapes = 0, self.tapes
        for position in positions:
            whole, units = position.cents_a_unit(), tapes[position.symbol].last_price
            if whole is None:
                total += position.value(position.instrument.price_of(units))
            else:
                cents += whole * units
        return total + Decimal(cents).scaleb(-MONEY_DIGITS)

    def unrealized(self) -> Decimal:
        """Gross P&L of all open positions at their last prices."""
        prices = self.tapes
        return sum((p.unrealized(prices[p.symbol].price()) for p in self.portfolio.all()), Decimal(0))

    def open_orders(self, bot_id: str | None = None, symbol: str | None = None) -> list[Order]:
        """Orders that the venue may still trade, oldest first."""
        return [
            order
            for order in self.orders.working()
            if (bot_id is None or order.bot_id == bot_id) and (symbol is None or order.symbol == symbol)
        ]

    def exit_in_flight(self, bot_id: str, symbol: str) -> bool:
        """Whether an exit of this position is on its way."""
        return any(order.purpose is Purpose.EXIT for order in self.open_orders(bot_id, symbol))

    def resting_stop(self, bot_id: str, symbol: str) -> Order | None:
        """The protective stop that may be at the venue for this position."""
        return next((o for o in self.open_orders(bot_id, symbol) if o.purpose is Purpose.PROTECT), None)

    def session_of(self, symbol: str) -> TradingSession | None:
        """The trading session the symbol is in."""
        return self.tapes[symbol].session

    def stance(self, bot_id: str, symbol: str) -> Stance | None:
        """A bot's stance on a symbol, if it has one."""
        bot = self.bots.get(bot_id)
        return bot.stances.get(symbol) if bot else None

    def cooldown_s(self, stance: Stance) -> int:
        """Seconds without an entry after a fill: the strategy's own, or the policy's where that is more."""
        return max(stance.strategy.cooldown_s, self.policy.cooldown_min_s or 0)

    def rouse(self) -> None:
        """Whoever sleeps learns what it slept through, and who looks at which bars is found out anew."""
        for lookers in self.lookers.values():
            lookers.rouse()
        self.lookers.clear()

    def drop(self, rule: str) -> None:
        """Count a dirty tick."""
        self.dropped[rule] = self.dropped.get(rule, 0) + 1
