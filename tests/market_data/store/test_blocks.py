"""A large file of bars is taken piece by piece, and nothing shows it: not the rows, not the lines of its mistakes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.domain.errors import DataError
from engine.market_data.blocks import row_blocks
from engine.market_data.files import data_files
from engine.market_data.readers import read_market_data
from engine.market_data.store.importing import Reading, import_files
from tests.market_data.store.filled import AT, contents, same, take
from tests.market_data.written import BARS_HEADER, TICKS_HEADER, written

SIZE = 1_000


def rows(minutes: int = 240, step: int = 1) -> list[str]:
    """Bars of two symbols, by time."""
    return [
        f"2021-04-28T{9 + minute // 60:02}:{minute % 60:02}:00+05:30,{symbol},10,12,9,{9 + minute % 4},{minute}"
        for minute in range(15, 15 + minutes, step)
        for symbol in ("INFY", "TCS")
    ]


def blocks_of(path: Path) -> list[int]:
    """How many rows each piece has."""
    (file,) = data_files([path])
    return [len(block.codes) for block in row_blocks(file, {}, SIZE)]


@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz"])
@pytest.mark.parametrize("step", [1, 5])
def test_pieces_make_the_store_that_the_whole_makes(tmp_path: Path, name: str, step: int) -> None:
    path = written(tmp_path / name, "", f"\ufeff{BARS_HEADER}"[1:], *rows(step=step), "")
    sizes = blocks_of(path)
    assert len(sizes) > 2
    assert sum(sizes) == len(rows(step=step))
    take(tmp_path / "whole", path)
    import_files([path], tmp_path / "pieces", Reading(), at=AT, block_bytes=SIZE)
    assert contents(tmp_path / "pieces") == contents(tmp_path / "whole")
    assert same(read_market_data([tmp_path / "pieces"]), read_market_data([path]))


@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz"])
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("2021-04-28T13:30:00+05:30,INFY,10,12,9,eleven,1", "close 'eleven' is not a number"),
        ("2021-04-28T13:30:00+05:30,INFY,10,8,9,9,1", "high 8 is below low"),
        ("2021-04-28T09:15:00+05:30,INFY,10,12,9,9,1", "is not after"),
    ],
)
def test_a_mistake_in_a_later_piece_is_told_by_its_line_in_the_file(
    tmp_path: Path, name: str, wrong: str, reason: str
) -> None:
    lines = [BARS_HEADER, *rows(), wrong]
    path = written(tmp_path / name, *lines)
    with pytest.raises(DataError) as refused:
        import_files([path], tmp_path / "store", Reading(), at=AT, block_bytes=SIZE)
    assert (refused.value.line, reason in refused.value.reason) == (len(lines), True)
    assert not (tmp_path / "store").exists()


def test_a_bar_that_comes_again_in_a_later_piece_is_refused_as_in_a_small_file(tmp_path: Path) -> None:
    lines = [BARS_HEADER, *rows(), rows()[0]]
    with pytest.raises(DataError) as refused:
        import_files([written(tmp_path / "b.csv", *lines)], tmp_path / "store", Reading(), at=AT, block_bytes=SIZE)
    assert refused.value.line == len(lines)
    assert refused.value.reason.startswith("INFY at 2021-04-28T03:45:00Z is not after ")


def test_a_large_gzip_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv.gz", BARS_HEADER, *rows())
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match="is not a whole gzip file"):
        import_files([path], tmp_path / "store", Reading(), at=AT, block_bytes=300)
    path.write_bytes(gzip.compress(b"x" * 5_000) + b"no gzip at all")
    with pytest.raises(DataError):
        import_files([path], tmp_path / "store", Reading(), at=AT, block_bytes=SIZE)


def test_ticks_are_read_whole(tmp_path: Path) -> None:
    ticks = [f"2021-04-28T09:{15 + second // 60}:{second % 60:02}+05:30,INFY,10,1" for second in range(300)]
    assert blocks_of(written(tmp_path / "t.csv", TICKS_HEADER, *ticks)) == [300]
