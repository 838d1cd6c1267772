"""What a space file may say, and the sentence for what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from engine.research.sweep.space import Space, parse_space, read_space


def levels(**said: Any) -> tuple[Any, ...]:
    """The levels of the one parameter that is named."""
    (dimension,) = parse_space(said).dimensions
    return dimension.levels


def test_a_range_of_whole_numbers_has_all_of_them() -> None:
    assert levels(period={"low": 3, "high": 6}) == (3, 4, 5, 6)


def test_a_step_is_taken_from_the_low_end_and_stays_within_the_high_one() -> None:
    assert levels(buy_at={"low": 0, "high": 1, "step": 0.4}) == (0.0, 0.4, 0.8)
    assert levels(tenth={"low": 0, "high": 1, "step": 0.1}) == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_levels_of_a_log_range_grow_by_the_same_factor() -> None:
    assert levels(stop={"low": 0.1, "high": 10, "log": True, "levels": 3}) == (0.1, 1.0, 10.0)


def test_whole_levels_of_a_log_range_come_once_each() -> None:
    found = levels(period={"low": 2, "high": 200, "log": True, "levels": 30})
    assert found == tuple(sorted(set(found)))
    assert (found[0], found[-1]) == (2, 200)


def test_numbers_to_choose_from_are_ordered_and_words_are_not() -> None:
    numbers, words = parse_space({"a": [300, 60, 120], "b": ["5m", "1m"]}).dimensions
    assert (numbers.levels, numbers.ordered) == ((60, 120, 300), True)
    assert (words.levels, words.ordered) == (("5m", "1m"), False)
    assert words.distance(0, 1) == float("inf")


def test_ends_may_be_called_from_and_to_or_min_and_max() -> None:
    assert levels(a={"from": 1, "to": 3}) == levels(a={"min": 1, "max": 3}) == levels(a={"low": 1, "high": 3})


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "space.toml", tmp_path / "space.json"
    toml.write_text('buy_at = { low = 30, high = 80, step = 5 }\n"exits.stop_pct" = [0.5, 1]\n')
    as_json.write_text('{"parameters": {"exits.stop_pct": [0.5, 1], "buy_at": {"low": 30, "high": 80, "step": 5}}}')
    assert read_space(toml) == read_space(as_json)
    assert read_space(toml).size == 22


def test_a_dotted_name_needs_no_quotation_marks(tmp_path: Path) -> None:
    bare, quoted = tmp_path / "bare.toml", tmp_path / "quoted.toml"
    bare.write_text("exits.stop_pct = { low = 0.2, high = 2 }\n[sizing]\nvalue = [1, 2]\n")
    quoted.write_text('"exits.stop_pct" = { low = 0.2, high = 2 }\n"sizing.value" = [1, 2]\n')
    assert read_space(bare) == read_space(quoted)


def test_neighbours_lie_a_part_of_the_range_away_and_inside_it() -> None:
    space = parse_space({"a": {"low": 0, "high": 20}, "b": [True, False], "c": [1, 2, 3]})
    assert space.neighbours((10, 0, 0), 0.1) == [(8, 0, 0), (12, 0, 0), (10, 0, 1)]
    assert space.neighbours((0, 1, 1), 0.1) == [(2, 1, 1), (0, 1, 0), (0, 1, 2)]
    assert space.edges((0, 0, 2)) == ("a", "c")


def test_distances_are_parts_of_the_whole_range() -> None:
    space: Space = parse_space({"a": {"low": 0, "high": 20}, "b": {"low": 0, "high": 4}})
    assert space.distance((0, 0), (10, 1)) == 0.5
    assert space.distance((0, 0), (1, 4)) == 1.0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "space: must name at least one parameter"),
        ([1], "space: must name at least one parameter"),
        ({"a": 5}, "space.a: must be a list of choices, or low and high, is 5"),
        ({"a": []}, "space.a: choices must be a list of at least one value"),
        ({"a": [1, 1]}, "space.a: a choice is there twice"),
        ({"a": [None]}, "space.a: a choice is a number, a word, true or false, not None"),
        ({"a": {"low": 1}}, "space.a: has no high"),
        ({"a": {"high": 1}}, "space.a: has no low"),
        ({"a": {"low": 2, "high": 1}}, "space.a: low must be below high, is 2 to 1"),
        ({"a": {"low": "x", "high": 1}}, "space.a.low: must be a number, is 'x'"),
        ({"a": {"low": 0, "high": float("inf")}}, "space.a.high: must be a number, is inf"),
        ({"a": {"low": 0, "high": 1, "log": True}}, "space.a.low: must be above 0 where log is true, is 0"),
        ({"a": {"low": 1, "high": 2, "log": "yes"}}, "space.a.log: must be true or false, is 'yes'"),
        ({"a": {"low": 1, "high": 2, "step": 3}}, "space.a.step: must be above 0 and at most high - low, is 3"),
        ({"a": {"low": 1, "high": 2, "step": 1, "levels": 2}}, "space.a.step: goes with neither levels nor log"),
        ({"a": {"low": 1, "high": 2, "levels": 1}}, "space.a.levels: must be a whole number of at least 2, is 1"),
        ({"a": {"low": 1, "high": 2, "steps": 1}}, "space.a.steps: unknown; a range has low, high, and step or levels"),
        ({"a": {"low": 1, "from": 1, "high": 2}}, "space.a.from: says low a second time"),
        ({"a": {"choices": [1], "low": 2}}, "space.a: choices stand alone"),
        ({"a": {"low": 0, "high": 10**7}}, "space.a: has 10,000,001 levels, 100,000 are allowed"),
        ({"a": {"low": 1, "high": 2, "step": 1e-320}}, "space.a: has 1,000,000,000,000,001 levels, 100,000 are"),
        ({"a": {"low": 1, "high": 10**400}}, "space.a.high: must be a number, is 1000"),
        ({"a": {"low": -1e308, "high": 1e308}}, "space.a.low: must be a number, is -1e+308"),
        ({"a": [10**400]}, "space.a: a choice is a number, a word, true or false, not 1000"),
        ({"a": {"b": {"low": 1, "high": 2}}, "a.b": [1]}, "space.a.b: is there twice"),
        ({"a": {"b": {"low": 1}}}, "space.a.b: has no high"),
    ],
)
def test_what_is_no_space_is_refused_by_its_key(said: Any, told: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_space(said)
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("space.json", "{", "line 1 is not JSON"),
        ("space.toml", "a = = 1", "is not TOML"),
        ("space.toml", b"a = \xff", "is not text in UTF-8"),
        ("space.toml", f"a = [{'1' * 5_000}]", "can't be read: Exceeds the limit"),
        ("space.json", "[" * 100_000, "can't be read: maximum recursion depth"),
    ],
)
def test_a_file_that_is_no_toml_or_json_is_refused(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidValue, match=told):
        read_space(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="can't be read: No such file"):
        read_space(tmp_path / "none.toml")
