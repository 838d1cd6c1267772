"""A list of instruments that the disk does not give, or does not take: nothing ends by it, and nobody guesses."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.domain.errors import BackPressure, CannotBeAsked, Damaged, OutcomeUnknown
from engine.domain.order import Purpose
from tests.adapters.brokers.angelone.listening_feed import ListeningFeed
from tests.adapters.brokers.angelone.master_rows import MONDAY, instruments_of
from tests.adapters.brokers.angelone.order_desk import OrderDesk, limit_order
from tests.brokers.angelone.in_process import InProcessAngelOne


def take_away(folder: Path) -> None:
    """Something stands there that can't be opened."""
    (folder / "instruments.sqlite").unlink()
    (folder / "instruments.sqlite").mkdir()


@pytest.mark.parametrize("purpose", [Purpose.ENTRY, Purpose.EXIT])
def test_an_order_of_a_share_that_can_not_be_looked_up_now_stays_here_and_is_asked_for_again_soon(
    desk: OrderDesk, tmp_path: Path, purpose: Purpose
) -> None:
    take_away(tmp_path)
    with pytest.raises(BackPressure, match="can't be read") as stays:
        desk.venue.submit(limit_order(purpose=purpose))
    assert not isinstance(stays.value, CannotBeAsked), "that rests for a minute"
    assert desk.angel.calls("placeOrder") == 0


def test_a_report_of_shares_that_can_not_be_looked_up_is_none(desk: OrderDesk, tmp_path: Path) -> None:
    desk.ask(limit_order())
    take_away(tmp_path)
    with pytest.raises(OutcomeUnknown, match="can't be read"):
        desk.venue.report()


def test_a_list_with_broken_pages_says_so_and_gives_way_to_the_next_one(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    path = tmp_path / "instruments.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(Damaged, match="lockstep instruments update"):
        instruments.find("SBIN")
    assert instruments.made_at is None, "so that another is fetched"
    assert instruments_of(tmp_path).find("SBIN").token == "3045"


def test_prices_come_though_the_disk_does_not_take_what_is_traded(
    angel_one: InProcessAngelOne, access: Access, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(instruments_of(tmp_path, now=MONDAY)._path)) as file, file:
        file.execute("CREATE TRIGGER full BEFORE INSERT ON held BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    live = ListeningFeed(angel_one, access, tmp_path, ("SBIN",))
    assert [one.symbol for one in live.feed.instruments()] == ["SBIN"]
