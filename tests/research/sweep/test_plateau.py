"""A broad height is recommended over a lone peak, and the peak is shown beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.research.sweep.askers import asker_of
from engine.research.sweep.plateau import Heights, find_heights
from engine.research.sweep.space import parse_space
from tests.research.sweep.hills import Hill, HillWorkers, search_on, untold

SPACE = parse_space({"x": {"low": 0, "high": 40}, "y": {"low": 0, "high": 40}})
SPIKE = (5, 33)


def hill_and_spike(settings: Mapping[str, Any]) -> float | None:
    """A broad hill of 2 around (28, 12), and one point of 4 with nothing around it."""
    x, y = settings["x"], settings["y"]
    if (x, y) == SPIKE:
        return 4.0
    return round(max(2 - (abs(x - 28) + abs(y - 12)) / 20, 0.0), 6)


def broad(settings: Mapping[str, Any]) -> float | None:
    """The hill alone."""
    return round(3 - (abs(settings["x"] - 28) + abs(settings["y"] - 12)) / 20, 6)


def heights_of(hill: Hill, kind: str = "grid", count: int = 2_000) -> Heights:
    """What a search of the space finds."""
    search = search_on(SPACE, HillWorkers(hill))
    heights = find_heights(search, search.run(asker_of(kind, SPACE, 1), count, untold), untold)
    assert heights is not None
    return heights


def test_the_middle_of_a_broad_hill_is_recommended_and_not_the_spike() -> None:
    heights = heights_of(hill_and_spike)
    assert heights.peak.trial.point == SPIKE
    assert heights.recommended.trial.point == (28, 12)
    assert heights.differ
    assert heights.lone_peak
    assert heights.peak.worth == 0


def test_the_worth_is_the_lower_quartile_of_the_box() -> None:
    heights = heights_of(hill_and_spike)
    scores = sorted(hill_and_spike({"x": x, "y": y}) or 0 for x in range(24, 33) for y in range(8, 17))
    assert heights.recommended.neighbours == len(scores) == 81
    assert heights.recommended.worth == scores[20]  # numpy's lower quartile of 81 values is the 21st
    assert heights.recommended.lowest == scores[0]


def test_a_peak_amid_a_hill_is_the_recommendation() -> None:
    heights = heights_of(broad)
    assert heights.peak.trial.point == heights.recommended.trial.point == (28, 12)
    assert not heights.differ
    assert not heights.lone_peak


def test_a_sparse_search_has_the_neighbours_of_its_best_points_run() -> None:
    heights = heights_of(hill_and_spike, "random", 40)
    around = [trial for trial in heights.trials if trial.origin == "neighbour"]
    assert around
    assert [trial.number for trial in heights.trials] == list(range(len(heights.trials)))
    points = {trial.point for trial in heights.trials}
    for candidate in heights.candidates:
        if candidate.trial.origin == "search":
            assert set(SPACE.neighbours(candidate.trial.point, 0.1)) <= points


def test_candidates_lie_apart() -> None:
    heights = heights_of(broad)
    searched = [found.trial.point for found in heights.candidates]
    assert len(searched) == 5
    assert all(SPACE.distance(a, b) > 0.1 for number, a in enumerate(searched) for b in searched[:number])


def test_points_without_a_score_around_a_peak_count_as_the_worst() -> None:
    def island(settings: Mapping[str, Any]) -> float | None:
        inside = abs(settings["x"] - 28) <= 1 and abs(settings["y"] - 12) <= 1
        return 3.0 if inside else 0.5 if settings["x"] == 0 else None

    assert heights_of(island).peak.worth == 0.5


def test_a_recommendation_at_the_end_of_a_range_says_so() -> None:
    def slope(settings: Mapping[str, Any]) -> float | None:
        return float(settings["x"]) - abs(settings["y"] - 20)

    assert heights_of(slope).edges == ("x",)


def test_where_nothing_has_a_score_nothing_is_recommended() -> None:
    search = search_on(SPACE, HillWorkers(lambda _: None))
    assert find_heights(search, search.run(asker_of("random", SPACE, 1), 10, untold), untold) is None
