"""Bugs in what is booked: fills, ends, cash, what a restart brings back. Listed in bugs.py."""

from __future__ import annotations

from tests.proof.planted import Bug

IN_BOOKS = (
    Bug(
        "a fill told twice is booked twice",
        "core/portfolio.py",
        "return fill_key in self._booked or fill_key in self._booked_before",
        "return False",
    ),
    Bug(
        "a fill is booked and not written down",
        "core/settle.py",
        "    state.publish(fill)\n",
        "",
    ),
    Bug(
        "a quantity is adopted the wrong way",
        "core/adopt.py",
        "Side.BUY if standing.quantity > 0",
        "Side.BUY if standing.quantity < 0",
    ),
    Bug(
        "open orders are forgotten by a restart",
        "core/recover.py",
        "        if record.state not in TERMINAL:",
        "        if False:",
    ),
    Bug(
        "charges are not taken from the cash",
        "core/ledger.py",
        "self.cash -= value * side.sign + charges",
        "self.cash -= value * side.sign",
    ),
    Bug(
        "a rejection after the end halts the account",
        "core/orders.py",
        "    **{(state, _M.REJECT): state for state in (_S.REJECTED, _S.CANCELLED, _S.EXPIRED)},\n",
        "",
    ),
    Bug(
        "an order that ended before its last fill was told is forgotten",
        "core/answers.py",
        "    if known is not None and known.open and (event.filled_quantity or 0) > known.filled_quantity:\n",
        "    if False:\n",
    ),
    Bug(
        "a fill is worth what its order was decided at",
        "core/settle.py",
        "    value = instrument.value_of(event.price, event.quantity)\n",
        "    value = instrument.value_of(order.price, event.quantity)\n",
    ),
    Bug(
        "what is held is forgotten by a restart",
        "core/recover.py",
        "                _position(state, record)\n",
        "                pass\n",
    ),
    Bug(
        "a closed position stays on the screen",
        "core/settle.py",
        "        state.publish(PositionFlat(order.bot_id, order.symbol))\n",
        "        pass\n",
    ),
    Bug(
        "a part that is filled counts as the whole order",
        "core/orders.py",
        "        self.filled_quantity += quantity\n",
        "        self.filled_quantity = self.quantity\n",
    ),
    Bug(
        "a sale is written down as a purchase",
        "core/settle.py",
        "        side=order.side,\n",
        "        side=type(order.side).BUY,\n",
    ),
    Bug(
        "what was done by hand is adopted twice",
        "core/reconcile.py",
        "        state, replace(standing, state=_ENDS[resolution], resolved_at=at, resolved_by=by, result=result)\n",
        "        state, replace(standing, state=DifferenceState.OPEN, resolved_at=at, resolved_by=by, result=result)\n",
    ),
    Bug(
        "a signal whose order was lost goes on saying that it was ordered",
        "core/rederive.py",
        "            self._look_for_order(there)\n",
        "",
    ),
    Bug(
        "a cancellation that the venue refused counts as done",
        "core/answers.py",
        "Move.KEEP_PART if order.filled_quantity else Move.KEEP, event.at, event.reason)",
        "Move.CANCEL, event.at, event.reason)",
    ),
    Bug(
        "a missed fill is booked at the market's price",
        "core/adopt.py",
        "    price = standing.price or state.tapes[standing.symbol].price()\n",
        "    price = state.tapes[standing.symbol].price()\n",
    ),
    Bug(
        "a missed fill of ours is booked as what somebody else did",
        "core/adopt.py",
        "    order = state.orders.get(event.order_id)\n    if order is None:\n",
        "    order = state.orders.get(event.order_id)\n    if True:\n",
    ),
    Bug(
        "a fill that a look-up finds is booked as all that its order filled",
        "runtime/told.py",
        "fill.venue_fill_id, fill.quantity, fill.price",
        "fill.venue_fill_id, order.filled_quantity, fill.price",
    ),
    Bug(
        "cash is believed where the journal was lost, and not made of the fills",
        "core/rebook.py",
        "    ledger.cash = books.cash\n",
        "",
    ),
    Bug(
        "a signal that is found again is looked for under another id",
        "core/rederive.py",
        "bar.timeframe, bar.open_at, kind)",
        "bar.timeframe, bar.close_at, kind)",
    ),
    Bug(
        "an order without an answer is somebody else's when a report shows it",
        "core/differences.py",
        "        comparison.sighted.append(theirs)\n",
        "        words = ('no such order', 'placed by somebody else')\n"
        "        comparison.found.extend(_foreign_order(state, theirs, words))\n",
    ),
    Bug(
        "what is held is believed of a day that nothing outlives",
        "core/lapsed.py",
        "        if not report.carries:\n",
        "        if False:\n",
    ),
)
