"""What people want, and what the service itself has found. Made by the control watch and at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.domain.account import BotSpec, Desired
from engine.domain.effective import EffectiveMode
from engine.domain.instant import Instant
from engine.domain.records import Record
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType


@dataclass(frozen=True, slots=True)
class BotChanged:
    """A bot's spec or desired state, as the API last wrote it. A new bot arrives the same way."""

    spec: BotSpec
    desired: Desired
    generation: int


@dataclass(frozen=True, slots=True)
class BotRemoved:
    """A bot was deleted: its positions are closed, then it is forgotten."""

    bot_id: str


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """The account's risk policy, as the API last wrote it."""

    policy: RiskPolicy


@dataclass(frozen=True, slots=True)
class HaltChanged:
    """A person halted the account (or the service), or lifted it. `by` is empty for the account's own user."""

    halted: bool
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class KillAsked:
    """Somebody kills the account: entries blocked, open orders cancelled, positions closed where `flatten` asks for it.

    `by` is a user's id, `file` or `signal`; `asked_at` is wall time.
    """

    reason: str
    flatten: bool
    by: str
    asked_at: Instant


@dataclass(frozen=True, slots=True)
class KillSwitchRemoved:
    """The file KILL_SWITCH is gone. That alone lifts nothing."""


@dataclass(frozen=True, slots=True)
class KillReviewed:
    """A kill stands, and some seconds of wall time have passed: what the broker refused is to be asked again."""


@dataclass(frozen=True, slots=True)
class EntriesHeld:
    """The service itself can't vouch for an entry now, for a reason in words; None: it can again. No person's halt."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class ModeChanged:
    """What is effective from now on, and why it is no more than that, in sentences (none while it is `live`)."""

    mode: EffectiveMode
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """A one-off command.

    Kinds: close_position {bot_id, symbol}, cancel_order {order_id}, flatten {}, sync_orders {},
    resolve_difference {difference_id, resolution, by}, simulate_signal {bot_id, symbol, type}, rehearse {command, …}.
    """

    command_id: str
    kind: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SignalSimulated:
    """A signal that no strategy gave, for a bot of a rehearsal, as of now in market time. No other account takes one.
    `signal_id` is the signal's, so that the same one given twice is one.
    """

    signal_id: str
    bot_id: str
    symbol: str
    type: SignalType


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the journal (or the store) last held of this account: the newest of each state, to go on from."""

    records: tuple[Record, ...]
    sequence: int


KillEvent: TypeAlias = KillAsked | KillSwitchRemoved | KillReviewed
PersonEvent: TypeAlias = BotChanged | BotRemoved | PolicyChanged | HaltChanged | CommandReceived | KillEvent
