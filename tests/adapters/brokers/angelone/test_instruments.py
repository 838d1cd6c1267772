"""A symbol is traded only where the list leaves no doubt what it is; the list is replaced whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.prices.instrument_file import write_file
from engine.adapters.brokers.angelone.prices.instruments import Instruments, fresh_since
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.domain.errors import CannotStart, InvalidValue, OperatingError, OutcomeUnknown, PermanentFailure
from engine.ports import Clock
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.angelone.master_rows import MONDAY, chunked, future, instruments_of, listed, row


class Scripted(Fetched):
    """A list that comes from here; what it raises instead, where it is an error."""

    def __init__(self, answer: list[dict[str, str]] | OperatingError) -> None:
        super().__init__("https://127.0.0.1/")
        self.answer, self.asked = answer, 0

    def chunks(self, clock: Clock) -> Iterator[bytes]:
        self.asked += 1
        if isinstance(self.answer, OperatingError):
            raise self.answer
        yield from chunked(self.answer)


def refused(instruments: Instruments, symbol: str) -> str:
    """The sentence."""
    with pytest.raises(InvalidValue) as error:
        instruments.find(symbol)
    return error.value.message


def test_a_share_is_found_with_what_an_order_needs(tmp_path: Path) -> None:
    found = instruments_of(tmp_path).find("SBIN")
    assert (found.trading_symbol, found.token, found.exchange) == ("SBIN-EQ", "3045", "NSE")
    assert found.intraday_allowed
    assert found.instrument.tick_size == Decimal("0.05")
    assert found.instrument.lot_size == 1


def test_an_index_is_watched_and_never_traded(tmp_path: Path) -> None:
    found = instruments_of(tmp_path).find("NIFTY50")
    assert (found.trading_symbol, found.instrument.tradable, found.closing_auction) == ("Nifty 50", False, False)


def test_a_share_settled_trade_by_trade_has_no_day_trading(tmp_path: Path) -> None:
    found = instruments_of(tmp_path, [row("77", "SLOW-BE")]).find("SLOW")
    assert (found.trading_symbol, found.intraday_allowed, found.tradable) == ("SLOW-BE", False, True)


def test_of_two_series_the_ordinary_one_is_meant(tmp_path: Path) -> None:
    assert instruments_of(tmp_path, [row("1", "TWO-BE"), row("2", "TWO-EQ")]).find("TWO").token == "2"


def test_two_rows_of_one_share_are_refused(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path, [row("3045", "SBIN-EQ"), row("9", "SBIN-EQ")])
    assert "2 rows of SBIN-EQ (tokens 3045 and 9)" in refused(instruments, "SBIN")
    assert instruments.named("NSE", "SBIN-EQ") is None


def test_a_share_without_a_tick_size_is_refused_and_stands_in_nobodys_way(tmp_path: Path) -> None:
    """The engine starts with it, for the sake of the others, and a search shows it."""
    instruments = instruments_of(tmp_path, [row("1", "ODD-EQ", tick_size="0.000000")])
    assert "no tick size" in refused(instruments, "ODD")
    assert [found.instrument.symbol for found in (instruments.known("ODD"), *instruments.search("odd"))] == ["ODD"] * 2


def test_a_symbol_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    assert "instruments find" in refused(instruments, "NOBODY")
    assert "it is written SBIN here" in refused(instruments, "SBIN-EQ")
    assert "it is written SBIN here" in refused(instruments, "sbin")
    assert "instruments update" in refused(Instruments(tmp_path / "none.sqlite"), "SBIN")


def test_shares_with_derivatives_leave_before_the_auction(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path, [row("1", "NEWLY-EQ"), row("2", "PLAIN-EQ"), future("NEWLY")])
    assert instruments.find("NEWLY").instrument.closing_auction
    assert not instruments.find("PLAIN").instrument.closing_auction


def test_a_token_that_changed_is_refused_until_a_person_accepts_it(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    instruments.hold(["SBIN", "TCS"], MONDAY)
    changed = [each | {"token": "9999"} if each["symbol"] == "SBIN-EQ" else each for each in listed()]
    assert instruments_of(tmp_path, changed, MONDAY + timedelta(days=1)).find("TCS").token == "11536"
    sentence = refused(instruments, "SBIN")
    assert "token 3045 since 2026-11-23" in sentence
    assert "lockstep instruments accept SBIN" in sentence
    assert instruments.accept("SBIN")
    assert instruments.find("SBIN").token == "9999"
    assert not instruments.accept("SBIN")


def test_what_is_not_certain_is_known_all_the_same_and_what_is_not_listed_is_not(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path, [row("3045", "SBIN-EQ"), row("9", "SBIN-EQ"), row("1", "TCS-EQ")])
    assert instruments.known("SBIN").trading_symbol == "SBIN-EQ"
    instruments.hold(["SBIN", "TCS"], MONDAY)
    instruments_of(tmp_path, [row("9", "SBIN-EQ"), row("2", "TCS-EQ")])
    assert instruments.find("SBIN").token == "9"
    assert "token 1 since" in refused(instruments, "TCS")
    with pytest.raises(InvalidValue, match="no share or index"):
        instruments.known("NOBODY")


def test_a_share_that_moved_to_another_series_is_refused_too(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path, [row("1", "MOVED-EQ")])
    instruments.hold(["MOVED"], MONDAY)
    instruments_of(tmp_path, [row("2", "MOVED-BE")])
    assert "MOVED-BE with token 2 now" in refused(instruments, "MOVED")


def test_holding_again_keeps_what_was_held_first(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    instruments.hold(["SBIN"], MONDAY)
    instruments.hold(["SBIN"], MONDAY + timedelta(days=9))
    instruments_of(tmp_path, [row("8", "SBIN-EQ"), *listed()[2:]])
    assert "since 2026-11-23" in refused(instruments, "SBIN")


def test_rows_of_the_broker_are_named_in_our_words(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    assert instruments.named("NSE", "SBIN-EQ") == "SBIN"
    assert instruments.named("NSE", "Nifty 50") is None
    assert instruments.named("BSE", "RELIANCE") is None
    assert instruments.named("NFO", "SBIN29DEC26FUT") is None
    found = instruments.of_token("NSE", "99926000")
    assert found is not None
    assert found.symbol == "NIFTY50"
    assert instruments.of_token("NSE", "1") is None


def test_a_search_looks_through_symbols_and_names(tmp_path: Path) -> None:
    rows = [*listed(), row("1", "SBICARD-EQ", name="SBI CARDS"), row("2", "XSBI-EQ"), row("3", "OTHER-EQ")]
    instruments = instruments_of(tmp_path, rows)
    assert [each.symbol for each in instruments.search("sbi")] == ["SBICARD", "SBIN", "XSBI"]
    assert [each.symbol for each in instruments.search("SBIN")] == ["SBIN"]
    assert [each.symbol for each in instruments.search("cards")] == ["SBICARD"]
    assert len(instruments.search("", limit=3)) == 3
    assert instruments.search("%") == []


def test_a_list_that_fails_on_the_way_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    instruments = instruments_of(tmp_path)
    path = tmp_path / "instruments.sqlite"
    cut = list(chunked(listed()))[:-1]
    with pytest.raises(OutcomeUnknown):
        write_file(path, cut, MONDAY + timedelta(days=1))
    with pytest.raises(PermanentFailure, match="no share of NSE"):
        write_file(path, [b"[]"], MONDAY + timedelta(days=1))
    with pytest.raises(PermanentFailure, match="7"):
        write_file(path, chunked(listed()[:3]), MONDAY + timedelta(days=1))
    assert instruments.made_at == MONDAY
    assert instruments.find("TCS").token == "11536"
    assert [each.name for each in tmp_path.iterdir()] == ["instruments.sqlite"]


def test_two_that_fetch_the_list_at_once_both_put_a_whole_one_in_place(tmp_path: Path) -> None:
    """An engine does in the morning what a person types."""
    path = tmp_path / "instruments.sqlite"

    def while_another_fetches() -> Iterator[bytes]:
        first, *rest = chunked(listed())
        yield first
        assert write_file(path, chunked(listed()), MONDAY) == 7
        yield from rest

    assert write_file(path, while_another_fetches(), MONDAY + timedelta(minutes=1)) == 7
    assert Instruments(path).made_at == MONDAY + timedelta(minutes=1)
    assert [each.name for each in tmp_path.iterdir()] == ["instruments.sqlite"]


def test_a_list_that_can_not_be_written_is_trouble_that_may_pass(tmp_path: Path) -> None:
    """Whoever has an old list goes on with that; the feed of a full disk would end otherwise."""
    (tmp_path / "file").touch()
    with pytest.raises(OutcomeUnknown, match="can't be kept"):
        write_file(tmp_path / "file" / "instruments.sqlite", chunked(listed()), MONDAY)


def test_a_file_that_is_no_list_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "instruments.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    assert Instruments(path).made_at is None
    assert write_file(path, chunked(listed()), MONDAY) == 7
    assert Instruments(path).made_at == MONDAY


def test_the_list_is_fetched_once_a_day(tmp_path: Path) -> None:
    instruments, clock, source = Instruments(tmp_path / "i.sqlite"), ManualClock(MONDAY), Scripted(listed())
    for hours in (0, 4, 20.9):  # Monday 08:30, 12:30, Tuesday 05:24
        clock.advance(hours * 3600 - clock.monotonic())
        instruments.up_to_date(source, clock)
    assert source.asked == 1
    clock.advance(3600)
    instruments.up_to_date(source, clock)
    assert source.asked == 2


def test_without_the_broker_an_old_list_does_for_some_days_and_no_longer(tmp_path: Path) -> None:
    instruments, clock, source = Instruments(tmp_path / "i.sqlite"), ManualClock(MONDAY), Scripted(listed())
    instruments.up_to_date(source, clock)
    source.answer = OutcomeUnknown("HTTP 503")
    clock.advance(3 * 86_400)
    instruments.up_to_date(source, clock)
    assert instruments.find("SBIN").token == "3045"
    clock.advance(2 * 86_400)
    with pytest.raises(CannotStart, match="HTTP 503; the last one is of 2026-11-23"):
        instruments.up_to_date(source, clock)
    with pytest.raises(CannotStart, match="none on this machine"):
        Instruments(tmp_path / "other.sqlite").up_to_date(source, clock)


def test_a_day_begins_at_six_in_india() -> None:
    assert fresh_since(datetime(2026, 11, 23, 0, 29, tzinfo=UTC)) == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    assert fresh_since(datetime(2026, 11, 23, 0, 30, tzinfo=UTC)) == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
