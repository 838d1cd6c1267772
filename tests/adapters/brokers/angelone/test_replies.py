"""Replies of both dialects, text, pages and nonsense, as the loopback broker sends them, each in one word."""

import pytest

from engine.adapters.brokers.angelone.access.replies import Meaning, read_reply
from tests.brokers.angelone import envelopes
from tests.brokers.angelone.envelopes import good, refused, turned_away
from tests.brokers.angelone.faults import KINDS
from tests.brokers.loopback.answers import Answer, nothing, page, plain, told
from tests.brokers.loopback.faults import Fault, Faults

SAID = {"orderid": "261123000000001"}


def read(answer: Answer) -> Meaning:
    """The meaning alone."""
    return read_reply(answer.status, answer.body).meaning


def test_a_good_reply_brings_its_data() -> None:
    reply = read_reply(200, good(SAID).body)
    assert (reply.meaning, reply.data, reply.decides_an_order) == (Meaning.GOOD, SAID, True)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("AG8001", Meaning.SESSION_OVER),
        ("AG8002", Meaning.SESSION_OVER),
        ("AB1010", Meaning.SESSION_OVER),
        ("AB1050", Meaning.WRONG_CODE),
        ("AB1000", Meaning.STOP),
        ("AB1006", Meaning.STOP),
        ("AB1004", Meaning.UNKNOWN),
        ("AB2000", Meaning.UNKNOWN),
        ("AB2001", Meaning.UNKNOWN),
        ("AB1009", Meaning.REFUSED),
        ("AB4008", Meaning.REFUSED),
        ("AB7777", Meaning.UNLISTED),
    ],
)
def test_a_code_means_the_same_in_both_dialects(code: str, meaning: Meaning) -> None:
    for answer in (refused(code), turned_away(code)):
        reply = read_reply(answer.status, answer.body)
        assert (reply.meaning, reply.code) == (meaning, code)
        assert reply.message == envelopes.MESSAGES[code]


@pytest.mark.parametrize(
    "answer",
    [
        page(502, "Bad Gateway"),
        page(200, "Welcome"),
        plain(403, "Forbidden"),
        nothing(400),
        nothing(200),
        told([]),
        told("text"),
        told({"data": SAID}),
        told({"status": None}),
        told({"status": False}),
        told({"status": True, "errorcode": "AB7777"}),
        Answer(200, good(SAID).body[:-5]),
        Answer(200, b"\xff\xfe"),
        Answer(200, b"[" * 100_000),
        Answer(503, refused("AB1009").body),
        Answer(201, good(SAID).body),
    ],
)
def test_nonsense_is_unknown_and_decides_no_order(answer: Answer) -> None:
    reply = read_reply(answer.status, answer.body)
    assert (reply.meaning, reply.decides_an_order) == (Meaning.UNKNOWN, False)


def test_the_limiter_is_told_apart_and_decides_no_order() -> None:
    reply = read_reply(403, plain(403, envelopes.TOO_FAST).body)
    assert (reply.meaning, reply.decides_an_order) == (Meaning.TOO_FAST, False)


def test_a_dead_session_may_come_with_its_own_status() -> None:
    assert read(Answer(401, turned_away("AG8001").body)) is Meaning.SESSION_OVER


@pytest.mark.parametrize(("text", "meaning"), [("true", Meaning.GOOD), ("False", Meaning.REFUSED)])
def test_a_status_that_is_text_is_understood(text: str, meaning: Meaning) -> None:
    code = "" if meaning is Meaning.GOOD else "AB1009"
    assert read(told({"status": text, "message": "", "errorcode": code, "data": SAID})) is meaning


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_fault_that_hides_an_order_is_taken_for_a_refusal(kind: str) -> None:
    fault = Fault("placeOrder", kind, applied=True, code="" if kind == "refused" else "AG8001")
    answer = Faults(KINDS).shaped(fault, good([SAID]))
    if answer is not None:
        assert read(answer) is not Meaning.REFUSED


def test_what_may_be_a_token_is_not_shown() -> None:
    reply = read_reply(200, good({"jwtToken": "secret-word"}).body)
    assert "secret-word" not in repr(reply)


@pytest.mark.parametrize(
    ("answer", "says_no"),
    [
        (told({"status": False, "message": "no", "errorcode": ""}), True),
        (told({"success": False, "message": "no"}), True),
        (nothing(400), True),
        (plain(403, "Forbidden"), True),
        (refused("AB1004"), True),
        (nothing(200), False),
        (page(502, "Bad Gateway"), False),
        (told({"status": None}), False),
        (good(SAID), False),
    ],
)
def test_a_no_is_known_for_one_whether_or_not_its_reason_is(answer: Answer, says_no: bool) -> None:
    assert read_reply(answer.status, answer.body).refused is says_no
