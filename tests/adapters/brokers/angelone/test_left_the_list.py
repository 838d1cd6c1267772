"""A share that was traded and has left the broker's list: known as it was, and not traded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.domain.errors import InvalidValue
from tests.adapters.brokers.angelone.master_rows import MONDAY, instruments_of, listed
from tests.adapters.brokers.angelone.test_instruments import refused


def without(symbol: str) -> list[dict[str, Any]]:
    return [each for each in listed() if each["symbol"] != symbol]


def test_a_share_that_was_traded_and_has_left_the_list_is_known_as_it_was_and_not_traded(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    before = instruments.known("SBIN")
    instruments.hold(["SBIN"], MONDAY)
    for _ in range(2):  # and on the day after that
        instruments_of(tmp_path, without("SBIN-EQ"))
        assert instruments.known("SBIN") == before
        assert refused(instruments, "SBIN") == "SBIN is not traded: the broker's list has SBIN-EQ no more"
        assert instruments.named("NSE", "SBIN-EQ") == "SBIN"  # its rows in the books are ours all the same
    assert instruments.search("SBIN") == []
    instruments_of(tmp_path)
    assert instruments.find("SBIN") == before


def test_a_share_that_nobody_traded_and_has_left_the_list_is_not_known(tmp_path: Path) -> None:
    instruments_of(tmp_path)
    instruments = instruments_of(tmp_path, without("SBIN-EQ"))
    with pytest.raises(InvalidValue, match="SBIN is no share or index of NSE"):
        instruments.known("SBIN")


def test_a_file_of_before_shares_that_left_were_kept_is_read_and_followed(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    instruments.hold(["SBIN"], MONDAY)
    with closing(sqlite3.connect(tmp_path / "instruments.sqlite")) as file, file:
        file.execute("DROP TABLE gone")
    assert instruments.known("SBIN").token == "3045"
    assert instruments.named("NSE", "NOBODY-EQ") is None
    instruments_of(tmp_path, without("SBIN-EQ"))
    assert instruments.known("SBIN").token == "3045"
