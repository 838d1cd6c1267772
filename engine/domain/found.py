"""What a store holds of an account's past, where the journal that knew it whole is lost. Read by adapters/firestore at
the start; feeds core/rebook, core/rederive and core/audit by the events below.

Each document of a store is as new as its own last write: facts may be ahead of states, and states of each other. So
what is found is facts, each true by itself, and the books are made of them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.instant import Instant
from engine.domain.records import FillRecord, OrderRecord, SignalRecord


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """Every fill there ever was, in the order they were booked; of the rest, what is not older than `since`: the open
    of the session the account was last seen in.

    `orders` and `signals` are by id, `trades` are ids of closed trades.
    """

    since: Instant = 0
    fills: tuple[FillRecord, ...] = ()
    orders: Mapping[str, OrderRecord] = field(default_factory=dict)
    signals: Mapping[str, SignalRecord] = field(default_factory=dict)
    trades: frozenset[str] = frozenset()

    @property
    def reached_at(self) -> Instant:
        """The market time of the last thing that was done: before it, nothing may be decided again. 0 for nothing."""
        done = [fill.filled_at for fill in self.fills[-1:]]
        done += [signal.confirmed_at for signal in self.signals.values()]
        done += [order.history[-1].at for order in self.orders.values() if order.history]
        return max(done, default=0)


@dataclass(frozen=True, slots=True)
class FoundViews:
    """What screens were shown of some days.

    `verdicts` by (bot, symbol, close of the bar), `bars` are (symbol, timeframe, open). `waiting` are verdicts that a
    damaged journal still had for the store: between them others may be lost, between the store's none are.
    """

    verdicts: Mapping[tuple[str, str, Instant], str] = field(default_factory=dict)
    waiting: Mapping[tuple[str, str, Instant], str] = field(default_factory=dict)
    bars: frozenset[tuple[str, str, Instant]] = frozenset()


@dataclass(frozen=True, slots=True)
class FactsFound:
    """The journal was lost, and these facts are in the store. Comes after Recovered and history, before the bots."""

    facts: FoundFacts


@dataclass(frozen=True, slots=True)
class ViewsFound:
    """The journal was lost, and the store shows this of the days of history. Comes once the bots are there.

    `seen` says for each bot that ever ran up to when it is known to have looked at bars.
    """

    facts: FoundFacts
    views: FoundViews
    seen: Mapping[str, Instant]


@dataclass(frozen=True, slots=True)
class ChainFound:
    """Where the audit log stands. Comes after Recovered, before anything that is noted.

    Without `at_sequence`: the journal was lost, and this is the newest entry there is (0 for none). With it: a replay
    is played again, and had come to this entry at that sequence; where it comes to another, the log goes on from this.
    """

    number: int
    hash: str
    at_sequence: int | None = None
