"""Binary frames as the loopback broker sends them are read to the last field; what is no frame is said to be none."""

from datetime import datetime

import pytest

from engine.adapters.brokers.angelone.prices.frames import UnreadableFrame, read_frame
from engine.domain.instant import instant_of
from tests.brokers.angelone.frames import frame
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.running import OPEN_DAY

AT = datetime.fromisoformat(OPEN_DAY)
GOLDEN = bytes.fromhex(
    "0101333034350000000000000000000000000000000000000000000700000000000000"
    "0068e5cf8b010000a941010000000000"
)  # fmt: skip


def traded(*steps: tuple[int, int]) -> Quote:
    """SBIN after these trades: (paise, quantity)."""
    market = Market(DEFAULT, AT)
    for price, quantity in steps:
        market.trade("NSE", "3045", price, quantity, AT)
    return market.quotes["NSE", "3045"]


def test_the_published_bytes_are_read_as_published() -> None:
    read = read_frame(GOLDEN)
    assert (read.mode, read.exchange, read.token, read.sequence) == (1, "NSE", "3045", 7)
    assert (read.at, read.price) == (1_700_000_000_000_000, 82_345)
    assert (read.day, read.book) == (None, None)


def test_a_quote_has_the_day_and_a_snap_quote_the_book_as_well() -> None:
    quote = traded((82_345, 10), (82_300, 5))
    read = read_frame(frame(3, quote, AT))
    assert read.at == instant_of(AT)
    assert read.day is not None
    assert read.day == read_frame(frame(2, quote, AT)).day
    assert (read.day.last_quantity, read.day.average, read.day.volume) == (5, 82_330, 15)
    assert (read.day.open, read.day.high, read.day.low, read.day.previous_close) == (82_345, 82_345, 82_300, 82_000)
    assert read.book is not None
    assert [level.price for level in read.book.buys] == [82_300, 82_295, 82_290, 82_285, 82_280]
    assert [level.price for level in read.book.sells] == [82_305, 82_310, 82_315, 82_320, 82_325]
    assert (read.book.last_traded_at, read.book.upper_circuit) == (instant_of(AT), 90_200)
    assert read.book.lower_circuit == 73_800


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_a_short_frame_is_none_at_any_length(mode: int) -> None:
    whole = frame(mode, traded((82_000, 1)), AT)
    for length in range(len(whole)):
        with pytest.raises(UnreadableFrame):
            read_frame(whole[:length])


@pytest.mark.parametrize("data", [b"", b"\x00", b"pong", bytes([4]) + bytes(442)])
def test_what_is_no_frame_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(UnreadableFrame):
        read_frame(data)
