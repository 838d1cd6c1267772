"""What is traded, and on which prices. Made by market.py's market of the settings; used by engine.py and outside.py."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.domain.account import AccountSpec, BotSpec
from engine.ports import Clock, MarketFeed

if TYPE_CHECKING:
    from engine.bootstrap.venue import Edge
    from engine.domain.broker_keys import BrokerKeys
    from engine.domain.findings import Finding
    from engine.runtime.health import BrokerSeen


class RealBroker(Protocol):
    """The broker behind an account on its prices. Made without calling anybody; taken up once the account is ours.

    name    as in BROKERS
    anew    set where the keys are others now, or none, and the account has to begin anew with those
    """

    name: str
    anew: threading.Event

    @property
    def edge(self) -> Edge | None:
        """How orders leave; None where the venue is simulated."""

    @property
    def on_air(self) -> bool:
        """Whether prices are to be expected now."""

    def take_up(self, keys: BrokerKeys) -> None:
        """The account is ours, and these are its owner's keys. Raises CannotStart."""

    def client(self, keys: BrokerKeys, user_id: str) -> AccountSpec | None:
        """What a lease is taken for behind the account's, at a broker where a second login ends the first."""

    def change(self, keys: BrokerKeys) -> bool:
        """Other keys were given while it runs; False where the account has to begin anew with them."""

    def tend(self, seen: BrokerSeen, stop: threading.Event) -> None:
        """See to the way in ahead of time, until stopped. `seen` learns how that stands."""

    def examine(self, charge_schedule: str) -> Iterator[Finding]:
        """The check of the broker, made with what the account has. Raises InvariantBroken before it is taken up."""

    def check_due(self) -> str | None:
        """The broker's name, once, where the check is to be made without being asked."""

    def close(self) -> None:
        """Close what is open. Harmless where nothing was taken up, and twice."""


def nothing_to_prepare() -> None:
    """Most markets know what they carry."""


@dataclass(frozen=True, slots=True)
class Market:
    """The account that is traded, its bots, and where its prices come from.

    `broker` stands behind an account that needs its owner's keys there. None elsewhere. `prepare` asks the market what
    it carries, before the account is taken up; it raises OperatingError where the market is away, and may be repeated.
    `clock` is the market's, where that is not the machine's.
    """

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    feed: MarketFeed
    broker: RealBroker | None = None
    prepare: Callable[[], None] = nothing_to_prepare
    clock: Clock | None = None
