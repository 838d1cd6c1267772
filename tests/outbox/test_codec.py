"""Records survive the journal's frame exactly, and nothing else is taken for one."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.records import FillRecord
from engine.outbox.codec import CodecError, decode, encode
from tests.outbox.sample_records import KINDS, any_record, sample


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_record_of_every_kind_comes_back_equal_and_of_its_type(kind: type) -> None:
    record = sample(kind)
    again = decode(encode(record))
    assert again == record
    assert type(again) is kind


@given(any_record())
def test_any_record_at_all_comes_back_equal(record: Any) -> None:
    assert decode(encode(record)) == record


def test_a_decimal_keeps_its_last_digit_and_its_type() -> None:
    price = Decimal("0.1234567890123456789012345")
    again = decode(encode(sample(FillRecord, price=price)))
    assert isinstance(again, FillRecord)
    assert again.price == price
    assert isinstance(again.charge_lines["INFY"], Decimal)


def test_half_a_letter_in_a_text_does_not_keep_the_record_from_being_written_down() -> None:
    """A journal that can't write down one record writes no other either, and the engine ends, at each start anew."""
    record = sample(FillRecord, symbol="RELIANCE\ud83d", charge_lines={"a\udc00": Decimal("0.10")})
    again = decode(encode(record))
    assert isinstance(again, FillRecord)
    assert (again.symbol, again.charge_lines) == ("RELIANCE?", {"a?": Decimal("0.10")})
    assert (again.price, again.filled_at) == (record.price, record.filled_at)


def test_a_frame_can_be_read_with_the_naked_eye() -> None:
    frame = encode(sample(FillRecord))
    assert frame.startswith(b"L1 ")
    assert b" FillRecord {" in frame


@given(st.data())
def test_a_cut_or_changed_frame_is_refused(data: st.DataObject) -> None:
    frame = encode(sample(FillRecord))
    length = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(CodecError):
        decode(frame[:length])
    place = data.draw(st.integers(0, len(frame) - 1))
    changed = frame[:place] + bytes([frame[place] ^ data.draw(st.integers(1, 255))]) + frame[place + 1 :]
    with pytest.raises(CodecError):
        decode(changed)


def test_another_version_and_an_unknown_type_are_named() -> None:
    frame = encode(sample(FillRecord))
    with pytest.raises(CodecError, match="format b'L2'"):
        decode(b"L2" + frame[2:])
    with pytest.raises(CodecError, match="no record is called 'RumourRecord'"):
        decode(_framed(b'RumourRecord {"a":1}'))
    with pytest.raises(CodecError, match="a FillRecord can't be read"):
        decode(_framed(b'FillRecord {"fill_key":1}'))


def _framed(body: bytes) -> bytes:
    import zlib

    return b"L1 %08x %b" % (zlib.crc32(body), body)
