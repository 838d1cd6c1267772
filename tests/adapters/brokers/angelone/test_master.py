"""The broker's list is read as it comes, whatever the chunks cut through; nothing that is no list passes for one."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.prices.master import WHOLE_S, Fetched, has_derivatives, objects, read_row
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from tests.adapters.brokers.angelone.master_rows import chunked, future, listed, row
from tests.adapters.brokers.teller import telling
from tests.brokers.angelone.in_process import OPEN_DAY
from tests.brokers.loopback.clocks import SteeredClock

AWKWARD = [row("1", "M&M-EQ"), row("2", 'SAID "}, {"-EQ'), row("3", "ÜBER-EQ"), {}]


@given(size=st.integers(1, 400))
def test_rows_are_the_same_wherever_the_chunks_cut(size: int) -> None:
    assert list(objects(chunked(AWKWARD, size))) == AWKWARD


@pytest.mark.parametrize("text", [b"[]", b" [ ] \n", b"\xef\xbb\xbf[]"])
def test_an_empty_list_has_no_rows(text: bytes) -> None:
    assert list(objects([text])) == []


@given(cut=st.integers(1, 200))
def test_a_list_that_ends_too_early_is_no_list(cut: int) -> None:
    text = json.dumps(AWKWARD[:2]).encode()
    with pytest.raises(OutcomeUnknown, match="too early"):
        list(objects([text[: min(cut, len(text) - 1)]]))


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (b'{"error": "maintenance"}', "no JSON array"),
        (b"<html>", "no JSON array"),
        (b"[1]", "no row"),
        (b'[{"a": 1} {"b": 2}]', "no comma"),
        (b'[{"a": 1}] {"b": 2}', "goes on"),
        (b'[{"a": "\xff"}]', "UTF-8"),
        (b'[{"a": "' + b"x" * 200_000 + b'"}]', "can't be read"),
    ],
)
def test_what_is_no_list_is_refused_and_says_why(text: bytes, because: str) -> None:
    with pytest.raises(PermanentFailure, match=because):
        list(objects([text[:100_000], text[100_000:150_000], text[150_000:]]))


def test_a_long_list_is_never_in_memory_at_once() -> None:
    text = json.dumps(row("1", "LONG-EQ")).encode()
    rows = 40_000  # 8 MB

    def chunks() -> Iterator[bytes]:
        yield b"["
        for number in range(rows // 100):
            yield (b"," if number else b"") + b",".join([text] * 100)
        yield b"]"

    tracemalloc.start()
    try:
        assert sum(1 for _ in objects(chunks())) == rows
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_share_is_known_by_its_plain_name_its_tick_is_paise() -> None:
    found = read_row(row("3045", "SBIN-EQ", tick_size="5.000000"))
    assert found is not None
    assert (found.exchange, found.token, found.symbol, found.series) == ("NSE", "3045", "SBIN", "EQ")
    assert (found.tick_paise, found.lot) == (5, 1)


def test_both_spellings_of_the_exchange_are_one() -> None:
    assert read_row(row("3045", "SBIN-EQ", exch_seg="nse_cm")) == read_row(row("3045", "SBIN-EQ"))
    assert has_derivatives({**future("SBIN"), "exch_seg": "nse_fo"}) == has_derivatives(future("SBIN")) == "SBIN"


def test_a_name_with_a_hyphen_loses_only_its_series() -> None:
    found = read_row(row("16669", "BAJAJ-AUTO-EQ"))
    assert found is not None
    assert found.symbol == "BAJAJ-AUTO"


@pytest.mark.parametrize("symbol", ["Nifty 50", "Nifty Bank", "Nifty IT"])
def test_an_index_is_named_as_everywhere_else(symbol: str) -> None:
    found = read_row(row("99926000", symbol, instrumenttype="AMXIDX", name=symbol))
    names = {"Nifty 50": "NIFTY50", "Nifty Bank": "BANKNIFTY", "Nifty IT": "NIFTYIT"}
    assert found is not None
    assert (found.symbol, found.series) == (names[symbol], "INDEX")


@pytest.mark.parametrize(
    "fields",
    [
        row("500325", "RELIANCE", exch_seg="BSE"),
        future("SBIN"),
        row("1", "GOLD-GB"),
        row("1", "-EQ"),
        row("", "SBIN-EQ"),
        {},
        row("1", "SBIN-EQ", exch_seg="NCDEX"),
    ],
)
def test_what_is_neither_share_nor_index_of_nse_is_left_out(fields: dict[str, str]) -> None:
    assert read_row(fields) is None


@pytest.mark.parametrize(("written", "paise"), [("10.000000", 10), ("1", 1), ("", 0), ("-1.0", 0), ("0.5", 0)])
def test_a_tick_size_that_is_no_whole_number_of_paise_is_none(written: str, paise: int) -> None:
    found = read_row(row("1", "SBIN-EQ", tick_size=written))
    assert found is not None
    assert found.tick_paise == paise


def test_the_loopback_brokers_list_has_what_it_trades() -> None:
    found = [each for each in map(read_row, objects(chunked(listed()))) if each is not None]
    assert [each.symbol for each in found] == [
        "RELIANCE", "SBIN", "INFY", "TCS", "HDFCBANK", "NIFTYBEES", "NIFTY50",
    ]  # fmt: skip


def test_a_list_that_trickles_in_is_given_up_after_some_minutes_since_prices_wait_for_it() -> None:
    clock = SteeredClock(OPEN_DAY)
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n["
    with telling(endless, lambda: clock.pass_s(WHOLE_S / 100)) as there, pytest.raises(OutcomeUnknown, match="600 s"):
        for _ in Fetched(there.url).chunks(clock):
            pass
