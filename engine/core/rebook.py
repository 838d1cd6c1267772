"""Books made of fills again, where the journal was lost and the store's documents are of different moments.

Called by engine.py after what was written down last, before any bot. A fill in the store happened, one that is not
there never did: positions, cash, closed trades, roll-ups and the day's figures follow from the fills alone, and what
the store has otherwise is put right. What fills do not say (stops, the risk an entry took) is kept from the states.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.ledger import PERIODS, Profit, period_start
from engine.core.orders import Order
from engine.core.portfolio import Position
from engine.core.publish import publish_account, publish_alert, publish_order, publish_position, publish_trade
from engine.core.publish_rollups import publish_profits
from engine.core.rebooked import BotDay, Rebooked, day_opened_at, rebooked
from engine.core.reopened import put_back_unbooked
from engine.core.settle import set_triggers
from engine.core.state import State
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.identity import trade_id
from engine.domain.order import OrderState
from engine.domain.records import FillRecord, OrderStep, PositionFlat, Tranche
from engine.domain.signal import Outcome

ZERO = Decimal(0)


def on_facts_found(state: State, event: FactsFound) -> None:
    """Make the books of the fills and say what was otherwise.

    Raises InvariantBroken, changing nothing, where the fills make no books.
    """
    facts = event.facts
    books = rebooked(state, facts)
    state.orders_before.update(facts.orders)
    found = _words(state)
    _take_orders(state, facts, books)
    _take_positions(state, facts, books)
    _take_money(state, books)
    _take_start(state, books)
    _take_bots(state, facts, books)
    _tell_trades(state, facts, books)
    made = _words(state)
    corrected = "" if made == found else f" Made of its fills again, the books are {made}; the store's were {found}."
    text = f"The journal was lost or damaged: the account goes on from what Firestore has, {len(facts.fills)} fills."
    publish_alert(state, "warning", "journal_lost", str(state.sequence), text + corrected)
    publish_account(state)


def _words(state: State) -> str:
    held = [f"{item.quantity:f} {item.symbol} of {item.bot_id}" for item in state.portfolio.all()]
    return f"cash {state.ledger.cash:.2f} and {', '.join(held) or 'no position'}"


def _take_orders(state: State, facts: FoundFacts, books: Rebooked) -> None:
    """Orders follow their fills: one that is open may be filled already, and one may have left no document at all."""
    put_back_unbooked(state, facts.orders.values(), facts.fills)
    fills: dict[str, list[FillRecord]] = {}
    at_work = [order.order_id for order in state.open_orders()]  # one may have rested, and filled in parts, for days
    for fill in facts.fills:
        if (fill.filled_at >= facts.since or fill.order_id in at_work) and fill.symbol in state.instruments:
            fills.setdefault(fill.order_id, []).append(fill)
    for order in state.open_orders():
        _fill_up(state, order, fills.get(order.order_id, []))
    for order_id, own in fills.items():
        if order_id not in facts.orders and order_id not in state.orders:
            publish_order(state, _order_of(state, facts, books, own))


def _fill_up(state: State, order: Order, fills: list[FillRecord]) -> None:
    """An open order as its fills leave it."""
    before = order.filled_quantity
    order.fill_keys = []
    order.filled_quantity = order.filled_value = order.filled_turnover = ZERO
    for fill in fills:
        value = state.instruments[order.symbol].value_of(fill.price, fill.quantity)
        order.fill(fill.fill_key, fill.quantity, fill.price, value, fill.filled_at)
    if order.filled_quantity != before:
        publish_order(state, order)


def _order_of(state: State, facts: FoundFacts, books: Rebooked, fills: list[FillRecord]) -> Order:
    """An order of which nothing but its fills is left."""
    first, last = fills[0], fills[-1]
    signal = next((one for one in facts.signals.values() if one.order_id == first.order_id), None)
    order = Order(
        first.order_id,
        first.bot_id,
        first.symbol,
        first.side,
        sum((fill.quantity for fill in fills), ZERO),
        books.purposes[first.fill_key],
        first.filled_at if signal is None else signal.confirmed_at,
        None if signal is None else signal.signal_id,
        reason="found again from its fills after a restart",
    )
    value_of = state.instruments[first.symbol].value_of
    for fill in fills:
        order.filled_quantity += fill.quantity
        order.filled_turnover += fill.price * fill.quantity
        order.filled_value += value_of(fill.price, fill.quantity)
    order.state = OrderState.FILLED
    order.history.append(OrderStep(OrderState.FILLED, last.filled_at))
    return order


def _take_positions(state: State, facts: FoundFacts, books: Rebooked) -> None:
    """Positions as the fills make them, with the stops and the risk that the store knows of."""
    before, state.portfolio = state.portfolio, books.portfolio
    for gone in before.all():
        if books.portfolio.get(gone.bot_id, gone.symbol) is None:
            state.publish(PositionFlat(gone.bot_id, gone.symbol))
    traded_at = {fill.symbol: fill.price for fill in facts.fills}
    for position in books.portfolio.all():
        state.tapes[position.symbol].reckon_by(traded_at[position.symbol])
        old = before.get(position.bot_id, position.symbol)
        if old is not None and old.fill_ids[:1] == position.fill_ids[:1]:  # the same round trip
            position.stop_price, position.target_price = old.stop_price, old.target_price
            position.stop_reason, position.stops = old.stop_reason, old.stops
            position.best_price, position.break_even_price = old.best_price, old.break_even_price
            _keep_risk(position, old.tranches)
        if old is None or old.fill_ids != position.fill_ids:
            publish_position(state, position)
    for symbol in state.symbols():
        set_triggers(state, symbol)
    booked_today = [fill.fill_key for fill in facts.fills if fill.filled_at >= day_opened_at(state, fill.symbol)]
    state.portfolio.remember(booked_today)


def _keep_risk(position: Position, written: list[Tranche]) -> None:
    known = {(tranche.at, tranche.price, tranche.quantity): tranche.at_risk_pct for tranche in written}
    position.tranches = [
        replace(tranche, at_risk_pct=known.get((tranche.at, tranche.price, tranche.quantity), tranche.at_risk_pct))
        for tranche in position.tranches
    ]


def _take_money(state: State, books: Rebooked) -> None:
    ledger = state.ledger
    ledger.cash = books.cash
    ledger.realized_gross_day, ledger.charges_day = books.realized_day, books.charges_day
    made = {period: Profit(period, period_start(period, ledger.day) if ledger.day else "") for period in PERIODS}
    for day, trade in books.trades:
        for profit in made.values():
            if period_start(profit.period, day) == profit.start:
                profit.add(trade.bot_id, trade.gross_pnl, trade.charges, trade.hold_s, trade.exit_at)
    won = [number for number, (_, trade) in enumerate(books.trades, start=1) if trade.net_pnl >= 0]
    ledger.losses_in_a_row = len(books.trades) - max(won, default=0)
    if made != ledger.profits:
        ledger.profits = made
        publish_profits(state)


def _take_start(state: State, books: Rebooked) -> None:
    """What the day began with, where it has turned since the states were written: it was reckoned by them, and they are
    of different moments.
    """
    ledger, start = state.ledger, books.opening_cash
    if not state.day_began_at:
        return
    for symbol, quantity in books.carried.items():
        price = _price_before(state, symbol)
        if quantity and price is None:
            return  # nothing is known of what it was worth
        start += ZERO if price is None else state.instruments[symbol].value_of(price, quantity)
    if ledger.start_equity_week == ledger.start_equity_day:
        ledger.start_equity_week = start
    ledger.start_equity_day = start


def _price_before(state: State, symbol: str) -> Decimal | None:
    """The last price of a symbol before the day began for it."""
    tape, opened_at = state.tapes.get(symbol), day_opened_at(state, symbol)
    closes = [] if tape is None else [bar.close for bar, _ in tape.history if bar.close_at <= opened_at]
    return state.instruments[symbol].price_of(closes[-1]) if closes else None


def _take_bots(state: State, facts: FoundFacts, books: Rebooked) -> None:
    """The day's counters of bots that are about to come, and the fills that their cool-downs count from."""
    state.last_fills = dict(books.last_fills)
    for bot_id, status in state.bot_days.items():
        made = books.bots.get(bot_id, BotDay())
        signals = [
            signal
            for signal in facts.signals.values()
            if signal.bot_id == bot_id and signal.confirmed_at > day_opened_at(state, signal.symbol)
        ]
        ordered = {signal.order_id for signal in signals if signal.outcome is Outcome.ORDERED}
        state.bot_days[bot_id] = replace(
            status,
            signals_today=len(signals),
            orders_today=max(status.orders_today, len(made.orders | ordered)),
            trades_today=made.trades,
            realized_pnl_day=made.gross - made.charges,
            charges_day=made.charges,
        )


def _tell_trades(state: State, facts: FoundFacts, books: Rebooked) -> None:
    """Round trips that the store lacks. Those of days before are in it: they left long before what is missing."""
    left = dict.fromkeys(sorted(facts.trades))
    for day, trade in books.trades:
        identity = trade_id(state.account.account_id, trade.bot_id, trade.symbol, trade.fill_ids[0])
        there = identity in left
        left.pop(identity, None)
        if trade.exit_at >= facts.since and not there and trade.symbol in state.instruments:
            publish_trade(state, trade, day)
    if left:
        text = f"The fills of closed trades are lost; the books go on without these: {', '.join(left)}"
        publish_alert(state, "warning", "trades_without_fills", str(state.sequence), text)
