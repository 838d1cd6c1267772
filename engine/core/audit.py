"""The audit log: every order step, command, change and difference, each entry tied to the one before by its hash.

Called wherever in core something happens that a person may ask about later; publishes AuditRecord, and where the chain
stands. Nothing is noted without views: a backtest has no log. What is noted here follows from events alone, so that a
replay makes the same chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.core.bot import Bot
from engine.core.orders import TERMINAL, Order
from engine.core.state import State
from engine.domain.events import BotChanged, CommandReceived
from engine.domain.found import ChainFound
from engine.domain.order import OrderState
from engine.domain.records import AuditHead, CommandResult, DifferenceRecord, DifferenceState, FillRecord
from engine.domain.records.audit import BROKER, ENGINE, RESUMED, entry_of

TEXT_MAX = 500  # characters of a value: an entry is a line, not a page
_FILLED = (OrderState.FILLED, OrderState.PARTIALLY_FILLED)
_OURS = (OrderState.SENT, OrderState.IN_FLIGHT, OrderState.UNKNOWN, OrderState.CANCEL_REQUESTED, OrderState.REFUSED)
_CHANGING = ("quantity", "price", "venue_state", "ours", "theirs")  # of a difference, while it stands


def note(
    state: State,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, str] | str | None = None,
    after: Mapping[str, str] | str | None = None,
) -> None:
    """Add an entry, as of now in market time. A short text stands for a map with it under `text`."""
    if not state.views:
        return
    known = state.chain.known
    if known is not None and state.sequence >= (known.at_sequence or 0):  # what comes now is not written down yet
        state.chain.known = None
        if (state.chain.number, state.chain.hash) != (known.number, known.hash):
            _resume(state, known, "played again, it came to another entry")
    _append(state, actor, action, subject, _texts(before), _texts(after))


def on_chain_found(state: State, event: ChainFound) -> None:
    """Go on where the chain stands. What the account's own record says of it is newer than the newest entry only where
    entries were lost: then their numbers stay free, and verifying names them.
    """
    if not state.views:
        return
    if event.at_sequence is not None:
        state.chain.known = event
    elif event.number or state.chain.number:
        _resume(state, event, "the journal was lost or damaged")


def _resume(state: State, found: ChainFound, why: str) -> None:
    chain = state.chain
    before = {"number": str(found.number), "hash": found.hash}
    if found.at_sequence is not None or found.number >= chain.number:
        chain.number, chain.hash = found.number, found.hash
    after = {"goes_on_after": str(chain.number), "reason": why}
    _append(state, ENGINE, RESUMED, f"entry {found.number}", before, after)


def _append(state: State, actor: str, action: str, subject: str, before: dict[str, str], after: dict[str, str]) -> None:
    chain, account_id = state.chain, state.account.account_id
    chain.number += 1
    entry = entry_of(account_id, chain.number, actor, action, subject, before, after, state.now, chain.hash)
    chain.hash = entry.hash
    state.publish(entry)
    state.publish(AuditHead(account_id, chain.number, chain.hash))


def note_order(state: State, order: Order) -> None:
    """The steps of an order that were not noted yet, but for fills, which are noted one by one."""
    if not state.views:
        return
    steps, known = order.history, order.noted
    order.noted = len(steps)
    for number in range(max(known, 1), len(steps)):
        step = steps[number].state
        if step in _FILLED and not _kept(steps[number - 1].state, step):
            continue
        before = {"state": steps[number - 1].state.value} if number > 1 else {}
        kept = _kept(steps[number - 1].state, step)
        action = "order_cancel_refused" if kept else f"order_{step}"
        note(state, _told_by(order, step), action, order.order_id, before, _order_words(order, number, step))


def _kept(before: OrderState, after: OrderState) -> bool:
    """Whether it works on after a cancellation was asked for."""
    return before is OrderState.CANCEL_REQUESTED and after in (OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED)


def _told_by(order: Order, step: OrderState) -> str:
    """A bot decides by a signal; the broker says what becomes of what it has; all else is the engine's."""
    if step is OrderState.SENT and order.signal_id is not None:
        return order.bot_id
    never_there = step in (OrderState.CANCELLED, OrderState.EXPIRED) and order.venue_order_id is None
    return ENGINE if step in _OURS or never_there else BROKER


def _order_words(order: Order, number: int, step: OrderState) -> dict[str, str]:
    words: dict[str, Any] = {}
    if number == 1:
        names = "bot_id symbol side quantity order_type limit_price purpose exit_reason signal_id"
        words = {name: getattr(order, name) for name in names.split()}
    elif step in TERMINAL:
        words = {"filled_quantity": order.filled_quantity, "quantity": order.quantity}
    reason = order.reason if number == len(order.history) - 1 else None
    return _texts({"state": step, **words, "venue_order_id": order.venue_order_id, "reason": reason})


def note_fill(state: State, order: Order, fill: FillRecord) -> None:
    """A fill as it was booked, after the order took it."""
    if not state.views:
        return
    action = "order_filled" if order.state is OrderState.FILLED else "order_partially_filled"
    names = "symbol side quantity price charges venue_fill_id"
    after = {"fill": fill.fill_key, **{name: getattr(fill, name) for name in names.split()}}
    filled = {"filled_quantity": order.filled_quantity, "of": order.quantity, "state": order.state}
    before = {"filled_quantity": order.filled_quantity - fill.quantity}
    note(state, BROKER, action, order.order_id, _texts(before), _texts({**after, **filled}))


def note_difference(state: State, known: DifferenceRecord | None, now: DifferenceRecord) -> None:
    """A difference that was found, changed, or ended; nothing where it is as it was known."""
    if not state.views:
        return
    if known is None or (now.state is DifferenceState.OPEN and known.state is not DifferenceState.OPEN):
        names = "kind symbol order_id venue_order_id"
        found = {name: getattr(now, name) for name in (*names.split(), *_CHANGING)}
        note(state, ENGINE, "difference_opened", now.difference_id, None, _texts(found))
    elif known.state is not now.state:
        after = {"state": now.state, "result": now.result}
        before = {"state": known.state, "kind": now.kind, "symbol": now.symbol}
        actor = now.resolved_by or ENGINE
        note(state, actor, f"difference_{now.state}", now.difference_id, _texts(before), _texts(after))
    else:
        changed = [name for name in _CHANGING if getattr(known, name) != getattr(now, name)]
        if changed:
            before, after = ({name: getattr(one, name) for name in changed} for one in (known, now))
            note(state, ENGINE, "difference_changed", now.difference_id, _texts(before), _texts(after))


def note_command(state: State, event: CommandReceived, result: CommandResult) -> None:
    """A command: before is what was asked, after what came of it."""
    actor = event.arguments.get("by") or state.account.user_id
    after = {"state": result.state, **result.result}
    note(state, actor, f"command_{event.kind}", event.command_id, _texts(event.arguments), _texts(after))


def note_bot(state: State, event: BotChanged, known: Bot | None) -> None:
    """A bot that a person made or changed; nothing for one that a restart meets as it was."""
    if not state.views:
        return
    chain, bot_id = state.chain, event.spec.bot_id
    met = known is None and chain.generations.get(bot_id) == event.generation
    chain.generations[bot_id] = event.generation
    if met:
        return
    after = flat({"desired": event.desired, "spec": event.spec})
    before = {} if known is None else flat({"desired": known.desired, "spec": known.spec})
    if before != after:
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        was, is_now = ({name: each[name] for name in changed if name in each} for each in (before, after))
        note(state, state.account.user_id, "bot_changed", bot_id, was, is_now)


def flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Values by name as texts: parts of a record under their own names, what is nested with dots between, None left
    out.
    """
    texts: dict[str, str] = {}
    for name, value in values.items():
        if is_dataclass(value):
            inner: Mapping[str, Any] = {field.name: getattr(value, field.name) for field in fields(value)}
            texts |= {key if name == "spec" else f"{name}.{key}": text for key, text in flat(inner).items()}
        elif isinstance(value, Mapping):
            texts |= {f"{name}.{key}": text for key, text in flat(value).items()}
        elif value is not None:
            texts[name] = _text(value)
    return texts


def _texts(values: Mapping[str, Any] | str | None) -> dict[str, str]:
    if values is None or isinstance(values, str):
        return {"text": values[:TEXT_MAX]} if values else {}
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))[:TEXT_MAX]
    return str(value)[:TEXT_MAX]
