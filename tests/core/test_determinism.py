"""The same events give the same effects: in every process, whatever the hash seed, whoever came first."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations
from pathlib import Path

from tests.builders.paper import Books
from tests.core import days

ROOT = Path(__file__).parents[2]


def decisions(books: Books) -> tuple[object, ...]:
    """What was decided, without the numbering that views of the bots share."""
    orders = [replace(order, checks={}) for order in books.orders]  # what the checks found is kept for screens
    return books.signals, orders, books.fills, books.trades, books.state.ledger.cash


def test_three_processes_with_three_hash_seeds_give_byte_identical_effects() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.core.days"], cwd=ROOT, text=True, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("0", "1", "4242")
    ]  # fmt: skip
    answers = [process.communicate(timeout=300)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    signals, fills, trades, _ = answers[0]
    assert int(signals) > 50
    assert int(fills) > 50
    assert int(trades) > 20
    assert answers[1] == answers[0]
    assert answers[2] == answers[0]


def test_one_process_gives_the_same_effects_twice() -> None:
    first, second = days.desk(), days.desk()
    first.run(days.market())
    second.step(*days.market())
    assert days.digest(first) == days.digest(second)


def test_decisions_do_not_depend_on_the_order_in_which_bots_were_created() -> None:
    answers = []
    for number, order in enumerate(permutations(days.BOTS)):
        if number % 6 == 0:
            books = days.desk(order)
            books.run(days.market(every_s=30))
            answers.append(decisions(books))
    assert len(answers) == 4
    assert any(signal.blocking_reason == "positions" for signal in answers[0][0])  # type: ignore[attr-defined]
    for answer in answers[1:]:
        assert answer == answers[0]


def test_views_change_no_decision() -> None:
    with_views, without = days.desk(), days.desk()
    without.state.views = False
    for books in (with_views, without):
        books.run(days.market(every_s=30))
    left, right = decisions(with_views), decisions(without)
    assert left[0] == right[0]
    assert left[1:] == right[1:]
    assert len(without.effects) < len(with_views.effects) / 10
