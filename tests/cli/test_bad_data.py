"""Whatever a person hands over as market data: one sentence that says what, where and what to do; never a traceback.

Every mistake is tried on `backtest`, `data import` and, where it is one of the file alone, `data inspect`.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.cli.command import Ran, lockstep

HEADER = "ts,symbol,open,high,low,close,volume"
TICKS = "ts,symbol,price,quantity"


def bar(time: str = "2021-04-28T09:15:00+05:30", prices: str = "10,12,9,11", volume: str = "100") -> str:
    return f"{time},INFY,{prices},{volume}"


def text(*lines: str, name: str = "b.csv") -> tuple[str, bytes]:
    return name, "".join(f"{line}\n" for line in lines).encode()


WHOLE = gzip.compress("".join(f"{line}\n" for line in (HEADER, bar())).encode())
NOBODY = 65_534
LATER = "2021-04-28T09:16:00+05:30"
JUNK = bytes(range(256)) * 40


def parquet_bytes(**columns: object) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink)
    found: bytes = sink.getvalue().to_pybytes()
    return found


Numbered = {"symbol": ["INFY"], "open": [1.0], "high": [1.0], "low": [1.0], "close": [1.0], "volume": [1.0]}

# what: (the file's name, its bytes), what the sentence says
FILES: dict[str, tuple[tuple[str, bytes], str]] = {
    "unknown columns": (text("when,what,bid,ask", "2021,1,2,3"), "no price columns: bars have open, high, low, close"),
    "a column missing": (text("ts,symbol,open,high,low,close", "x"), "bars need volume; found ts, symbol, open"),
    "a header twice": (text(f"{HEADER},close", f"{bar()},11"), "column close appears twice"),
    "a header in the middle": (text(HEADER, bar(), HEADER), "line 3: ts 'ts' is not a time"),
    "mixed zones": (text(HEADER, bar(), bar("2021-04-28T03:46:00Z")), "line 3: times in mixed zones"),
    "zones on some": (text(HEADER, bar(), bar("2021-04-28T09:16:00")), "line 3: times in mixed zones"),
    "an empty file": (("b.csv", b""), "is empty"),
    "blank lines": (text("", "", ""), "is empty"),
    "a header alone": (text(HEADER), "has a header and no rows"),
    "another encoding": (("b.csv", f"{HEADER}\n{bar()}\n".encode("utf-16")), "is not UTF-8 text"),
    "a letter of another encoding": (
        ("b.csv", f"{HEADER}\n{bar()}\n".encode() + b"2021-04-28T09:16:00Z,\xc9,1,1,1,1,1\n"),
        "line 3: is not UTF-8 text",
    ),
    "cut-off gzip": (("b.csv.gz", WHOLE[:-12]), "is not a whole gzip file"),
    "gzip that is none": (("b.csv.gz", b"ts,open\n1,2\n"), "is not a whole gzip file"),
    "gzip that is called CSV": (("b.csv", WHOLE), "is not UTF-8 text"),
    "bytes": (("b.csv", JUNK), "is not UTF-8 text"),
    "zeros": (("b.csv", b"\0" * 1000), "is not UTF-8 text: there are zero bytes in it"),
    "bytes called Parquet": (("b.parquet", JUNK), "is not a readable Parquet file"),
    "cut-off Parquet": (("b.parquet", parquet_bytes(**Numbered)[:-20]), "is not a readable Parquet file"),
    "a line of a million letters": (("b.csv", b"x" * 1_000_000), "is not CSV: field larger than field limit"),
    "no number": (text(HEADER, bar(prices="10,12,9,eleven")), "line 2: close 'eleven' is not a number"),
    "NaN": (text(HEADER, bar(prices="10,12,9,nan")), "line 2: close nan is not a price above 0"),
    "infinity": (text(HEADER, bar(prices="10,inf,9,11")), "line 2: high inf is not a price above 0"),
    "a price of 0": (text(HEADER, bar(prices="10,12,0,11")), "line 2: low 0 is not a price above 0"),
    "negative volume": (text(HEADER, bar(volume="-5")), "line 2: volume -5 is not a volume"),
    "negative quantity": (text(TICKS, "2021-04-28T09:15:00Z,INFY,10,-1"), "line 2: quantity -1 is not a quantity"),
    "high below low": (text(HEADER, bar(prices="10,8,9,10")), "line 2: high 8 is below low"),
    "out of order": (text(HEADER, bar(LATER), bar()), "line 3: INFY at 2021-04-28T03:45:00Z is not after the"),
    "a bar twice": (text(HEADER, bar(), bar()), "line 3: INFY at 2021-04-28T03:45:00Z is not after the"),
    "seconds": (text(HEADER, bar("1619581500")), "line 2: ts '1619581500' is not a time like 2021-04-28T"),
    "milliseconds": (text(HEADER, bar("1619581500000")), "but a number of milliseconds: write it out"),
    "microseconds": (text(HEADER, bar("1619581500000000")), "but a number of microseconds"),
    "nanoseconds": (text(HEADER, bar("1619581500000000000")), "but a number of nanoseconds"),
    "numbers for times": (("b.parquet", parquet_bytes(ts=[1619581500000], **Numbered)), "ts holds int64"),
    "too few columns": (text(HEADER, bar()[:-4]), "line 2: 7 columns expected, 6 found"),
    "another width": (text(HEADER, bar(), bar("2021-04-28T09:15:07+05:30")), "bars are 7 s apart; there are"),
    "no symbol": (text(HEADER, bar().replace("INFY", "")), "line 2: '' is not a symbol"),
    "a spreadsheet": (("b.xlsx", b"PK"), "unknown extension; market data is .csv, .csv.gz, .parquet"),
}  # fmt: skip


def refused(ran: Ran, told: str, code: int = 1) -> None:
    """One sentence on stderr, its exit code, and nothing on stdout."""
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert ran.err.startswith("lockstep: ")
    assert told in ran.err
    assert ran.err.count("\n") == 1, "one sentence, one line"
    assert len(ran.err) < 600


@pytest.fixture
def ways(tmp_path: Path) -> Iterator[Callable[..., list[Ran]]]:
    """Hand paths to each command that takes market data; nothing may have been made by the end."""
    out, store = tmp_path / "out", tmp_path / "store"

    def hand_over(*paths: Path | str) -> list[Ran]:
        return [
            lockstep("backtest", "--strategy", "confluence", "--data", *paths, "--out", out),
            lockstep("data", "import", *paths, "--store", store),
            lockstep("data", "inspect", *paths, "--store", store),
        ]

    yield hand_over
    assert not out.exists()
    assert not store.exists()


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(
    what: str, tmp_path: Path, ways: Callable[..., list[Ran]]
) -> None:
    (name, content), told = FILES[what]
    (tmp_path / name).write_bytes(content)
    for ran in ways(tmp_path / name):
        refused(ran, told)
        assert str(tmp_path / name) in ran.err


def test_a_folder_that_holds_no_data_is_refused(tmp_path: Path, ways: Callable[..., list[Ran]]) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "README.md").write_text("no data")
    for ran in ways(tmp_path / "notes"):
        refused(ran, "no data files; looked for .csv, .csv.gz, .parquet")
    for ran in ways(tmp_path / "nowhere"):
        refused(ran, "there is no such file or folder")


def test_files_that_overlap_are_refused_and_inspect_tells_how(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_bytes(text(HEADER, bar(), bar(LATER))[1])
    other.write_bytes(text(HEADER, bar(LATER, prices="10,12,9,10"))[1])
    refused(lockstep("backtest", "--strategy", "confluence", "--data", one, other),
            f"{other}: holds bars of INFY from 2021-04-28T03:46:00Z on; {one} has them too")  # fmt: skip
    told = f"{other}, line 2: INFY at 2021-04-28T03:46:00Z has close 10.00, the store has 11.00; --prefer new takes"
    refused(lockstep("data", "import", one, other, "--store", tmp_path / "store"), told)
    assert not (tmp_path / "store").exists()
    looked = lockstep("data", "inspect", one, other)
    assert looked.code == 0
    assert "1 bars in both, 1 of them different" in looked.out


def test_ticks_that_overlap_are_refused(tmp_path: Path) -> None:
    names = ("one.csv", "other.csv")
    for name in names:
        rows = [f"2021-04-28T09:15:0{second}+05:30,INFY,10,1" for second in range(5)]
        (tmp_path / name).write_bytes(text(TICKS, *rows)[1])
    ran = lockstep("backtest", "--strategy", "confluence", "--data", *(tmp_path / name for name in names))
    refused(ran, "other.csv: holds ticks of INFY from 2021-04-28T03:45:00Z on; ")


def test_words_that_select_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(text(HEADER, bar())[1])
    run = ("backtest", "--strategy", "confluence", "--data", tmp_path / "b.csv")
    refused(lockstep(*run, "--from", "2021-05-01"), "no rows between 2021-05-01 and the end")
    refused(lockstep(*run, "--from", "2021-05-02", "--to", "2021-05-01"), "no rows between 2021-05-02 and 2021-05-01")
    refused(lockstep(*run, "--symbol", "TCS"), "no rows of TCS; there are INFY")
    refused(lockstep(*run, "--zone", "Mars/Olympus"), "unknown time zone 'Mars/Olympus'", code=2)
    refused(lockstep(*run, "--set", "buy_at=101"), "buy_at", code=2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--columns", "volume"), "--columns: 'volume' is not ours=theirs, such as volume=volume_usd"),
        (("--columns", "size=volume"), "--columns: 'size' is no column of ours; there are ts, symbol, open"),
        (("--columns", "volume=a", "volume=b"), "--columns: 'volume=b' names a column a second time"),
    ],
)
def test_columns_named_wrongly_are_refused(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    refused(lockstep("data", "import", tmp_path / "b.csv", "--store", tmp_path / "store", *words), told, code=2)


def test_a_column_to_take_for_ours_that_is_not_there_is_told_with_those_found(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(text(HEADER, bar())[1])
    ran = lockstep("data", "import", tmp_path / "b.csv", "--store", tmp_path / "store", "--columns", "volume=usd")
    refused(ran, "no column usd to take for volume; found ts, symbol, open")


@pytest.mark.parametrize(
    ("word", "told", "code"),
    [
        ("store:NSE/TCS/1m", "has nothing of it; it has NSE/INFY/1m", 1),
        ("store:NSE/INFY/1m/2021", "is not store:VENUE/SYMBOL/TIMEFRAME, such as store:NSE/RELIANCE/1m", 2),
    ],
)
def test_a_place_in_the_store_that_is_not_there_is_told_with_those_that_are(
    word: str, told: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "b.csv").write_bytes(text(HEADER, bar())[1])
    assert lockstep("data", "import", tmp_path / "b.csv", "--store", tmp_path / "store").code == 0
    refused(lockstep("data", "inspect", word, "--store", tmp_path / "store"), told, code)
    refused(lockstep("data", "inspect", word, "--store", tmp_path / "none"), "is no store" if code == 1 else told, code)


@contextmanager
def without_rights() -> Iterator[None]:
    """As a person whom files can be closed to; root may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    Path("b.csv").write_bytes(text(HEADER, bar())[1])
    assert lockstep("data", "inspect", "b.csv").code == 0, "and whatever it imports is imported"
    Path("closed").mkdir()
    for path in ("b.csv", "closed"):
        Path(path).chmod(0)
        with without_rights():
            ran = lockstep("data", "inspect", path)
        refused(ran, f"{path}: can't be read: Permission denied")
