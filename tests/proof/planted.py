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
)


def found_by(bug: Bug, folder: Path, seeds: int, first: int = 1) -> tuple[int, str] | None:
    """The first seed that finds the bug in a copy of the engine, and what it says; None where none does.

    Raises ValueError where the text to change is not in the file exactly once.
    """
    shutil.copytree(ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "engine" / bug.file
    text = file.read_text()
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name}: its text is {text.count(bug.old)} times in {bug.file}: plant it anew")
    file.write_text(text.replace(bug.old, bug.new))
    command = [
        sys.executable,
        "-m",
        "engine",
        "simulate",
        "--from",
        str(first),
        "--seeds",
        str(seeds),
        "--first-only",
        "--json",
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(folder)}, timeout=600
    )
    if done.returncode not in (0, 1):
        raise AssertionError(f"{bug.name}: {done.stderr[-600:]}")
    violations = json.loads(done.stdout)["violations"]
    return next(((int(seed), said[0]) for seed, said in violations.items()), None)
