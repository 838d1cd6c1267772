"""An order that might be: what risk and charges would say of it now.

Asked by commands.py; nothing is sent or kept.

It is judged by the very functions that judge a bot's own orders, on the same state: exact until the next price.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from engine.core.bot import Bot
from engine.core.charges import charges_on
from engine.core.closed import blocked
from engine.core.entry_size import next_quantity
from engine.core.execution import entry_terms, execution_of
from engine.core.exits import exit_prices
from engine.core.exposure import risk_view
from engine.core.risk.gate import Approved, judge_entry, judge_exit
from engine.core.risk.view import order_price, request_at_risk_pct
from engine.core.state import State
from engine.domain.given_number import AMOUNT_MAX, number_of
from engine.domain.instant import Instant, iso
from engine.domain.order import ExitReason, OrderRequest, OrderType, Purpose, Refusal, Side

_ID = "preview"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words of the command."""

    bot: Bot
    symbol: str
    side: Side
    quantity: Decimal | None
    limit: Decimal | None
    at: Instant


def preview_order(state: State, arguments: dict[str, str], at: Instant) -> tuple[str, dict[str, str]]:
    """A command's state and result: `checks` and `charge_lines` are JSON, all else plain text."""
    asked = _read(state, arguments, at)
    if isinstance(asked, str):
        return "failed", {"reason": asked}
    position = state.portfolio.get(asked.bot.bot_id, asked.symbol)
    if position is not None and position.sign != asked.side.sign:
        request = _request(state, asked, asked.quantity or abs(position.quantity), Purpose.EXIT)
        return "done", _result(state, request, judge_exit(request, position.quantity), None)
    request, refusal = _entry(state, asked)
    return "done", _result(state, request, judge_entry(request, risk_view(state, request, state.equity())), refusal)


def _read(state: State, arguments: dict[str, str], at: Instant) -> _Asked | str:
    bot_id, symbol = arguments.get("bot_id", ""), arguments.get("symbol", "")
    bot = state.bots.get(bot_id)
    if bot is None or bot.removed:
        return f"there is no bot {bot_id}"
    if symbol not in bot.stances:
        return f"{bot_id} does not trade {symbol}"
    if not state.tapes[symbol].last_price:
        return f"{symbol} has no price yet"
    try:
        side = Side(arguments.get("side", ""))
        quantity, limit = (
            number_of(name, text) if (text := arguments.get(name)) else None for name in ("quantity", "limit_price")
        )
    except ValueError:
        return "side must be BUY or SELL, quantity and limit_price numbers"
    if any(number is not None and number <= 0 for number in (quantity, limit)):
        return "quantity and limit_price must be above 0"
    if any(number is not None and number > AMOUNT_MAX for number in (quantity, limit)):
        return f"quantity and limit_price must be at most {AMOUNT_MAX}"
    return _Asked(bot, symbol, side, quantity, limit, at)


def _entry(state: State, asked: _Asked) -> tuple[OrderRequest, Refusal | None]:
    """The entry, and what would block it before risk is asked."""
    bot, symbol, tape = asked.bot, asked.symbol, state.tapes[asked.symbol]
    refusal: Refusal | None = None
    if not tape.instrument.tradable:
        refusal = Refusal("watch_only", f"{symbol} is watched, not traded")
    elif asked.side is Side.SELL and not bot.stances[symbol].strategy.allow_short:
        refusal = Refusal("flat", "Nothing held to sell, and the bot is long only")
    refusal = refusal or blocked(state, bot, symbol, asked.at)
    quantity = asked.quantity
    if quantity is None:
        sized = next_quantity(state, bot, symbol, asked.side, tape.price(), state.equity())
        refusal = refusal or (sized if isinstance(sized, Refusal) else None)
        quantity = ZERO if isinstance(sized, Refusal) else sized
    return _request(state, asked, quantity, Purpose.ENTRY), refusal


def _request(state: State, asked: _Asked, quantity: Decimal, purpose: Purpose) -> OrderRequest:
    price, instrument, bot = state.tapes[asked.symbol].price(), state.instruments[asked.symbol], asked.bot
    entry = purpose is Purpose.ENTRY
    terms = entry_terms(execution_of(state.account, bot.spec), asked.side, price, instrument)
    limit = asked.limit or (terms.limit_price if entry else None)
    return OrderRequest(
        order_id=_ID,
        bot_id=bot.bot_id,
        symbol=asked.symbol,
        side=asked.side,
        quantity=quantity,
        price=price,
        purpose=purpose,
        at=asked.at,
        signal_id=_ID,
        exit_reason=None if entry else ExitReason.MANUAL,
        stop_price=exit_prices(bot.spec.exits, price, asked.side.sign, instrument)[0] if entry else None,
        order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        limit_price=limit,
    )


def _result(state: State, request: OrderRequest, ruling: Approved | Refusal, refusal: Refusal | None) -> dict[str, str]:
    """`refusal` came before risk was asked, and names the reason; the checks are told all the same."""
    reason = refusal or (ruling if isinstance(ruling, Refusal) else None)
    instrument, price = state.instruments[request.symbol], order_price(request)
    rates = state.tariff.rates(instrument.venue, iso(request.at)[:10])
    charges = charges_on(rates, request.side, instrument.value_of(price, request.quantity))
    entry = request.purpose is Purpose.ENTRY
    checks = {each.check: {"ok": each.ok, "found": each.found, "allowed": each.allowed} for each in ruling.checks}
    return {
        "purpose": request.purpose.value,
        "outcome": "ordered" if reason is None else "blocked",
        "blocking_reason": "" if reason is None else reason.code,
        "blocking_detail": "" if reason is None else reason.detail,
        "quantity": f"{request.quantity:f}",
        "price": f"{price:f}",
        "notional": f"{instrument.value_of(price, request.quantity):f}",
        "at_risk_pct": f"{request_at_risk_pct(request, state.equity()) if entry else ZERO:.4f}",
        "charges": f"{charges.total:f}",
        "charge_lines": json.dumps({name: f"{amount:f}" for name, amount in charges.lines.items()}),
        "checks": json.dumps(checks),
    }
