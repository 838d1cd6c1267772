"""Bugs that the simulator must find: each a change of the production code's text, made in a copy of it.

A bug whose text is no longer in the code fails its test: it is to be planted anew. Feeds test_planted.py.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.places import ROOT


@dataclass(frozen=True, slots=True)
class Bug:
    """What is put in place of what, in which file below engine/."""

    name: str
    file: str
    old: str
    new: str


BUGS = (
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
        "self._tell([OrderUnknown(order.order_id, str(error), self._telling.market_at())])",
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
        "a lease that another holds is taken",
        "adapters/firestore/lease.py",
        "                if left_s > 0:\n",
        "                if left_s > 1e9:\n",
    ),
    Bug(
        "the epoch is forgotten: a fenced engine writes on",
        "adapters/firestore/fence.py",
        '        if (now["epoch"], now["instance"]) != (held.epoch, held.instance):\n',
        "        if False:\n",
    ),
    Bug(
        "a lease near its end still sends entries",
        "runtime/last_word.py",
        "        if not self._sure:\n            return \"this engine's lease",
        "        if False:\n            return \"this engine's lease",
    ),
    Bug(
        "a journal that another engine has overtaken is gone on from",
        "bootstrap/recovering.py",
        "        known = known_epoch(journal.newest_states())\n",
        "        known = None\n",
    ),
    Bug(
        "an order that the venue has is taken for one that never arrived",
        "runtime/dispatch.py",
        "        if sighting is None:\n",
        "        if True:\n",
    ),
    Bug(
        "an order that ended before its last fill was told is forgotten",
        "core/answers.py",
        "    if known is not None and known.open and (event.filled_quantity or 0) > known.filled_quantity:\n",
        "    if False:\n",
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
        "a record counts as delivered when the store gives no answer",
        "outbox/relay.py",
        "            self._backlog.give_back(batch)\n",
        "            self._journal.mark_delivered([item.row for item in batch])\n",
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
        "entries on their way do not count against the limit",
        "core/exposure.py",
        "    entries = [order for order in state.open_orders() if order.purpose is Purpose.ENTRY]\n",
        "    entries: list[Order] = []\n",
    ),
    Bug(
        "a fence lets a commit through that came too late",
        "adapters/firestore/fence.py",
        "        fill_verify(request.writes[0], self.name(held.account.account_id), held.update_time)\n",
        "        del request.writes[0]\n",
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
)


def plant(bug: Bug, folder: Path) -> None:
    """Make a copy of the engine with the bug in it.

    Raises ValueError where the text to change is not in the file exactly once.
    """
    shutil.copytree(ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "engine" / bug.file
    text = file.read_text()
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name}: its text is {text.count(bug.old)} times in {bug.file}: plant it anew")
    file.write_text(text.replace(bug.old, bug.new))


def simulated(folder: Path, *words: str) -> dict[str, Any]:
    """What `lockstep simulate` says of the copy in a folder."""
    command = [sys.executable, "-m", "engine", "simulate", *words, "--json"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=900)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr[-600:])
    return dict(json.loads(done.stdout))


def found_by(bug: Bug, folder: Path, seeds: int, first: int = 1) -> tuple[int, str] | None:
    """The first seed that finds the bug in a copy of the engine, and what it says; None where none does."""
    plant(bug, folder)
    found = simulated(folder, "--from", str(first), "--seeds", str(seeds), "--first-only")["violations"]
    return next(((int(seed), said[0]) for seed, said in found.items()), None)
