"""A search gives the same table whoever runs its trials and in whatever order they finish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.research.sweep.askers import KINDS, asker_of
from engine.research.sweep.search import SCORES, Scoring, Trial, best_of
from engine.research.sweep.space import parse_space
from tests.research.sweep.hills import HillWorkers, outcome_worth, search_on, untold

SPACE = parse_space({"x": {"low": 0, "high": 30}, "y": {"low": 0.0, "high": 3.0}, "kind": ["a", "b"]})


def hill(settings: Mapping[str, Any]) -> float | None:
    """Highest at x 20, y 1, b; nothing where x is small."""
    if settings["x"] < 3:
        return None
    return round(5 - abs(settings["x"] - 20) / 4 - abs(settings["y"] - 1) - (settings["kind"] == "a"), 6)


def table(kind: str, order_seed: int, *, seed: int = 1, ahead: int = 8, count: int = 60) -> list[Trial]:
    """The trials of a search whose workers finish in the order that `order_seed` draws."""
    return search_on(SPACE, HillWorkers(hill, order_seed), ahead).run(asker_of(kind, SPACE, seed), count, untold)


@pytest.mark.parametrize("kind", ["tpe", "random"])
def test_the_order_in_which_trials_finish_changes_nothing(kind: str) -> None:
    first = table(kind, 0)
    assert len(first) == 60
    for order_seed in range(1, 6):
        assert table(kind, order_seed) == first


def test_another_seed_is_another_search() -> None:
    assert table("tpe", 0) != table("tpe", 0, seed=2)


def test_how_many_are_asked_ahead_is_part_of_the_search() -> None:
    assert table("tpe", 0, ahead=1) != table("tpe", 0, ahead=8)


def test_a_longer_search_begins_with_the_shorter_one() -> None:
    assert table("tpe", 0, count=60)[:40] == table("tpe", 3, count=40)


def test_tpe_finds_a_better_point_than_chance_does() -> None:
    by_tpe = [best_of(table("tpe", 0, seed=seed, ahead=1)) for seed in range(1, 6)]
    by_chance = [best_of(table("random", 0, seed=seed)) for seed in range(1, 6)]
    assert sum(best.score or 0 for best in by_tpe if best) > sum(best.score or 0 for best in by_chance if best)


def test_a_grid_tries_each_point_once() -> None:
    space = parse_space({"x": [3, 4, 5], "y": [0, 1], "kind": ["a", "b"]})
    workers = HillWorkers(hill)
    trials = search_on(space, workers).run(asker_of("grid", space, 1), 100, untold)
    assert len({trial.point for trial in trials}) == len(trials) == space.size == 12
    assert [trial.number for trial in trials] == list(range(12))


def test_no_more_run_than_are_asked_ahead() -> None:
    workers = HillWorkers(hill)
    search_on(SPACE, workers, ahead=5).run(asker_of("random", SPACE, 1), 40, untold)
    assert workers.most_at_once == 5


def test_a_point_that_is_asked_again_is_not_run_again() -> None:
    space = parse_space({"x": [3, 4], "y": [1], "kind": ["a"]})
    workers = HillWorkers(hill)
    trials = search_on(space, workers).run(asker_of("random", space, 1), 30, untold)
    assert len(trials) == 30
    assert len(workers.ran) == 2


def test_the_best_is_the_earliest_of_equals() -> None:
    trials = table("random", 0)
    best = best_of(trials)
    assert best is not None
    assert best.number == min(trial.number for trial in trials if trial.score == best.score)


def test_progress_tells_how_many_and_the_best_so_far() -> None:
    said: list[tuple[int, int, float | None]] = []
    search_on(SPACE, HillWorkers(hill)).run(
        asker_of("tpe", SPACE, 1), 20, lambda done, of, best: said.append((done, of, best.score if best else None))
    )
    assert [(done, of) for done, of, _ in said] == [(number, 20) for number in range(1, 21)]
    found = [score for *_, score in said if score is not None]
    assert found == sorted(found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_space_without_a_single_score_is_searched_to_its_end(kind: str) -> None:
    space = parse_space({"x": [0, 1, 2], "y": [1, 2], "kind": ["a"]})
    trials = search_on(space, HillWorkers(hill)).run(asker_of(kind, space, 1), 6, untold)
    assert len(trials) == 6
    assert best_of(trials) is None


@pytest.mark.parametrize(
    ("changes", "scored"),
    [({}, True), ({"trades": 9}, False), ({"trades": 10}, True), ({"halted": "books broke"}, False)],
)
def test_few_trades_or_a_halt_make_no_score(changes: dict[str, Any], scored: bool) -> None:
    assert (Scoring().score(outcome_worth(1.5, **changes)) is not None) is scored


@pytest.mark.parametrize(
    ("kind", "score"),
    [("sharpe", 1.5), ("return_pct", 1.0), ("net_pnl", 9.0), ("profit_factor", 1.1), ("return_over_drawdown", 2.0)],
)
def test_every_kind_of_score_is_read_from_its_figure(kind: str, score: float) -> None:
    assert kind in SCORES
    assert Scoring(kind).score(outcome_worth(1.5)) == score
