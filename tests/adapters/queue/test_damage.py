"""A journal whose bytes were cut or changed: what can be read of it is there, nothing else is, and the user is told.

Real files, damaged at places of chance (seeded). The rule of every test here is `assert_saved`.
"""

import random
from pathlib import Path

import pytest

from tests.adapters.queue.damaging import PAGE, Original, assert_saved, flipped, page_at


@pytest.mark.parametrize("seed", range(40))
def test_bytes_changed_anywhere_in_the_file_cost_no_record_of_a_sound_page(
    closed: Original, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    path = closed.written_to(tmp_path / "damaged")
    damaged = flipped(path, "a.journal", chance, chance.choice((1, 1, 3, 10, 40)))
    assert_saved(path, closed, damaged)


@pytest.mark.parametrize("seed", range(40))
def test_bytes_changed_in_the_log_cost_no_record_of_a_sound_page(whole: Original, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = whole.written_to(tmp_path / "damaged")
    damaged = flipped(path, "a.journal-wal", chance, chance.choice((1, 1, 1, 3, 10)))
    assert_saved(path, whole, damaged)


@pytest.mark.parametrize("seed", range(20))
def test_file_and_log_may_both_be_damaged(whole: Original, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = whole.written_to(tmp_path / "damaged")
    damaged = flipped(path, "a.journal-wal", chance, 2) | flipped(path, "a.journal", chance, 4)
    assert_saved(path, whole, damaged)


@pytest.mark.parametrize("seed", range(24))
def test_a_file_cut_anywhere_keeps_what_lies_before_the_cut(closed: Original, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = closed.written_to(tmp_path / "damaged")
    content = path.read_bytes()
    at = chance.choice((1, 60, 99, PAGE, PAGE + 1, chance.randrange(len(content)), chance.randrange(len(content))))
    path.write_bytes(content[:at])
    damaged = {("a.journal", page) for page in range(page_at("a.journal", at), len(content) // PAGE + 1)}
    assert_saved(path, closed, damaged)


@pytest.mark.parametrize("seed", range(24))
def test_a_log_cut_anywhere_keeps_what_lies_before_the_cut(whole: Original, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = whole.written_to(tmp_path / "damaged")
    name = "a.journal-wal"
    content = path.with_name(name).read_bytes()
    at = chance.choice((1, 31, 33, chance.randrange(len(content)), chance.randrange(len(content))))
    path.with_name(name).write_bytes(content[:at])
    damaged = {(name, page) for page in range(page_at(name, at), len(content) // PAGE + 1)}
    assert_saved(path, whole, damaged)


@pytest.mark.parametrize("seed", range(12))
def test_a_page_of_zeros_or_of_another_file_costs_that_page(closed: Original, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = closed.written_to(tmp_path / "damaged")
    content = bytearray(path.read_bytes())
    page = chance.randrange(len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE) if seed % 2 else chance.randbytes(PAGE)
    path.write_bytes(content)
    assert_saved(path, closed, {("a.journal", page)})
