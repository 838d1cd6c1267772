"""One-off commands of people: close, flatten, cancel, compare, decide about a difference, ask beforehand; and what the
runtime did for them at a broker, which is answered and noted here.

Called by control.py, which has everything else that people want.
"""

from __future__ import annotations

from engine.core.audit import note_command
from engine.core.decide import close_now
from engine.core.preview import preview_order
from engine.core.reconcile import resolve
from engine.core.sending import request_cancel, withdraw_entries
from engine.core.state import State
from engine.domain.events import CommandReceived
from engine.domain.order import ExitReason
from engine.domain.records import CommandResult, Resolution
from engine.domain.rehearsal import REHEARSE, SIMULATE

_REHEARSED = ("account_id", "bot_id", "signal_id", "outcome", "reason", "detail", "order_id", "orders")


def on_command(state: State, event: CommandReceived) -> None:
    """Carry out a one-off command and say what became of it."""
    handlers = {
        "close_position": _close,
        "flatten": _flatten,
        "cancel_order": _cancel,
        "sync_orders": _sync,
        "resolve_difference": _resolve,
        "preview_order": _preview,
        "test_credentials": _tested,
        "credentials_changed": _heard,
        SIMULATE: _rehearsed,
        REHEARSE: _rehearsed,
    }
    handler = handlers.get(event.kind)
    if handler is None:
        result = ("failed", {"reason": f"unknown command {event.kind}"})
    else:
        result = handler(state, dict(event.arguments))
    done = CommandResult(event.command_id, result[0], result[1])
    if handler is not _preview:  # a question changes nothing
        note_command(state, event, done)
    state.publish(done)


def _close(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    bot_id, symbol = arguments.get("bot_id", ""), arguments.get("symbol", "")
    position = state.portfolio.get(bot_id, symbol)
    if position is None:
        return "failed", {"reason": f"{bot_id} holds no {symbol}"}
    order = close_now(state, position, ExitReason.MANUAL, state.reach_now())
    if order is None:
        return "done", {"reason": "an exit of this position is already on its way"}
    return "done", {"order_id": order.order_id}


def _flatten(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    orders = [close_now(state, position, ExitReason.KILL, state.reach_now()) for position in state.portfolio.all()]
    withdraw_entries(state, state.reach_now())
    return "done", {"orders": ",".join(order.order_id for order in orders if order is not None)}


def _cancel(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    order = state.orders.get(arguments.get("order_id", ""))
    if order is None or not order.open:
        return "failed", {"reason": "no such open order"}
    request_cancel(state, order, state.reach_now(), "cancelled by hand")
    return "done", {"order_id": order.order_id}


def _sync(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What the reports found that were taken for it (by runtime, before it); `unanswered` says why there were none."""
    if "unanswered" in arguments:
        return "failed", {"reason": f"the broker gives no report: {arguments['unanswered']}"}
    truth, found = state.truth, "; ".join(state.truth.sentences())
    result = {"open_orders": str(len(state.open_orders())), "truth": truth.state, "differences": str(len(truth.open()))}
    return "done", {**result, "found": found} if found else result


def _tested(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What the check before the open came to (made by runtime, before it); `unanswered` says why there was none."""
    if "unanswered" in arguments:
        return "failed", {"reason": arguments["unanswered"]}
    if "grade" not in arguments:
        return "failed", {"reason": "no check of a broker can be made by this account's engine"}
    return "done", {name: arguments[name] for name in ("grade", "green", "amber", "red") if name in arguments}


def _heard(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Broker keys were set or removed: noted, without them. Whoever logs in with them was told by runtime."""
    return "done", {}


def _rehearsed(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What came of it in the rehearsal (made by runtime, before it), of which the account knows no more than that."""
    if "unanswered" in arguments:
        return "failed", {"reason": arguments["unanswered"]}
    if "account_id" not in arguments:
        return "failed", {"reason": "nothing can be rehearsed by this account's engine"}
    return "done", {name: arguments[name] for name in _REHEARSED if name in arguments}


def _preview(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    return preview_order(state, arguments, state.reach_now())


def _resolve(state: State, arguments: dict[str, str]) -> tuple[str, dict[str, str]]:
    try:
        resolution = Resolution(arguments.get("resolution", ""))
    except ValueError:
        return "failed", {"reason": f"a difference is resolved by {', '.join(Resolution)}"}
    identity = arguments.get("difference_id", "")
    return resolve(state, identity, resolution, arguments.get("by", "a person"), state.reach_now())
