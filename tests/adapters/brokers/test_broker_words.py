"""What a broker says can be written down whatever it says: a text that was cut amid a letter ends no engine."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from engine.adapters.brokers.angelone.access.replies import read_reply
from engine.adapters.brokers.coinbase.access.replies import read_reply as read_reply_of_coinbase
from engine.adapters.brokers.connection.broker_words import fit_to_show, read_json
from engine.domain.records import AlertRecord
from engine.outbox.codec import decode, encode
from tests.outbox.sample_records import sample

CUT = r'{"status": false, "errorcode": "AB1004", "message": "not today \ud83d", "error": "X"}'


def test_half_a_letter_in_a_reply_is_a_question_mark_and_can_be_written_down() -> None:
    for said in (read_reply(200, CUT.encode()).message, read_reply_of_coinbase(400, CUT.encode()).message):
        assert said == "not today ?"
        alert = sample(AlertRecord, text=said)
        assert decode(encode(alert)) == alert


@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00", r"\ud83d\u0041"])
def test_a_half_is_found_wherever_it_stands_in_text_and_in_bytes(half: str) -> None:
    said = '{"HALF": [{"b": "xHALFy", "n": 1.50, "t": true, "z": null}]}'.replace("HALF", half)
    for form in (said, said.encode()):
        found = read_json(form, parse_float=Decimal)
        assert json.dumps(found, ensure_ascii=False, default=str).encode()
        ((part,),) = found.values()
        assert (part["n"], part["t"], part["z"]) == (Decimal("1.50"), True, None)


def test_a_half_that_came_as_bytes_is_found_too() -> None:
    assert read_json(b'["\xed\xa0\xbd"]')[0].encode() == b"?"


@pytest.mark.parametrize("said", [r'"\ud83d\ude00"', '"\U0001f600 \ud55c \u20b9"', r'"\\ud83d"', "[1, 2.5, null]"])
def test_whole_letters_stay_as_they_are(said: str) -> None:
    assert read_json(said) == json.loads(said)
    assert read_json(said.encode()) == json.loads(said)


def test_what_is_no_json_is_refused_as_ever() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        read_json("pong")


def test_words_are_shown_in_one_line_and_without_what_is_ours() -> None:
    assert fit_to_show("key  s3cret\nis wrong", ["s3cret", ""]) == "key [hidden] is wrong"
