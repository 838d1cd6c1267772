"""Bugs in what leaves: sent twice, too soon, by nobody's leave, under another id. Listed in bugs.py."""

from __future__ import annotations

from tests.proof.planted import Bug

IN_SENDING = (
    Bug(
        "an order is sent again when no answer comes",
        "runtime/dispatch.py",
        '_log.warning("no answer to an order"',
        'self._broker.submit(order); _log.warning("no answer to an order"',
    ),
    Bug(
        "an order is sent before it is written down",
        "runtime/dispatch.py",
        "written(WRITTEN_WITHIN_S)",
        "pass",
    ),
    Bug(
        "no answer counts as a rejection",
        "runtime/dispatch.py",
        "self._tell([told_without_answer(order.order_id, error, self._telling.market_at())])",
        "from engine.domain.events import OrderRejected\n"
        "            self._tell([OrderRejected(order.order_id, str(error), self._telling.market_at())])",
    ),
    Bug(
        "absence is believed at once",
        "runtime/lookups.py",
        "BELIEVED_AFTER_S = 60.0",
        "BELIEVED_AFTER_S = 0.0",
    ),
    Bug(
        "an order that the venue has is taken for one that never arrived",
        "runtime/dispatch.py",
        "        if sighting is None:\n",
        "        if True:\n",
    ),
    Bug(
        "absence from the book of another day is believed",
        "runtime/told.py",
        "    if asked.lost_at is not None and asked.lost_at >= book_since:\n",
        "    if asked.lost_at is not None:\n",
    ),
    Bug(
        "whose the account is was asked before the wait, not after it",
        "runtime/dispatch.py",
        "        barred = self._barred(order)  # asked last: waiting took its time\n",
        "        barred = None if entry else self._barred(order)\n",
    ),
    Bug(
        "no answer, and it is sent again under another id",
        "runtime/dispatch.py",
        '_log.warning("no answer to an order"',
        'self._broker.submit(__import__("dataclasses").replace(order, order_id="A" + order.order_id[1:])); '
        '_log.warning("no answer to an order"',
    ),
    Bug(
        "an exit leaves for what the books hold where the broker has less",
        "runtime/doubted_exits.py",
        "    if books is None or order.purpose is Purpose.ENTRY:\n",
        "    if True:\n",
    ),
    Bug(
        "entries on their way do not count against the limit",
        "core/exposure.py",
        "    for order in state.orders.working():\n",
        "    for order in list[Order]():\n",
    ),
    Bug(
        "an exit leaves before it is on the disk",
        "runtime/session.py",
        "        if not self._doors.outbox.flush(timeout_s):\n",
        "        if False:\n",
    ),
    Bug(
        "an intent counts as written down before the disk has it",
        "outbox/awaited.py",
        "        if not self._journal.flush(timeout_s):\n"
        '            raise OutcomeUnknown(f"{self._named()}: not on disk within',
        '        if False:\n            raise OutcomeUnknown(f"{self._named()}: not on disk within',
    ),
    Bug(
        "an order that ended counts against the limits for good",
        "core/exposure.py",
        "    for order in state.orders.working():\n",
        "    for order in state.orders.values():\n",
    ),
    Bug(
        "an exit does not wait until its stop is out",
        "core/sending.py",
        "        if stop is not None:  # the two",
        "        if False:  # the two",
    ),
    Bug(
        "a stop is not placed anew after a restart",
        "core/protect.py",
        "    keys = {(position.bot_id, position.symbol) for position in state.portfolio.all()}\n",
        "    keys = set(state.guards)\n",
    ),
    Bug(
        "a stop stays at the venue when its position is closed",
        "core/protect.py",
        '            _take_out(state, guard, stop, at, "its position is closed")\n',
        "            pass\n",
    ),
    Bug(
        "a stop is not placed anew when more of its position is filled",
        "core/protect.py",
        "elif stop.remaining != abs(position.quantity) or stop.side.sign",
        "elif stop.side.sign",
    ),
)
