"""Broker keys check themselves, and show nothing of themselves."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.angelone_credentials import ANGELONE_FORM, AngelOneCredentials
from engine.domain.errors import InvalidValue

GIVEN = {
    "client_code": "A123456",
    "pin": "4821",
    "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "api_key": "k9AbCd12",
    "registered_ip": "203.0.113.7",
}


def test_what_a_person_types_is_read_with_its_blanks_and_small_letters() -> None:
    typed = {**GIVEN, "client_code": " a123456 ", "totp_secret": "jbsw y3dp ehpk 3pxp jbsw-y3dp-ehpk-3pxp"}
    assert ANGELONE_FORM.read(typed) == ANGELONE_FORM.read(GIVEN) == AngelOneCredentials(**GIVEN)


def test_an_address_may_be_left_out() -> None:
    given = {name: value for name, value in GIVEN.items() if name != "registered_ip"}
    assert ANGELONE_FORM.read(given).registered_ip == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_code", "A1"),
        ("client_code", "A123 456"),
        ("client_code", None),
        ("pin", "48211"),
        ("pin", "٤٨٢١"),
        ("pin", 4821),
        ("totp_secret", "123456"),
        ("totp_secret", "JBSWY3DPEHPK3PX1"),
        ("totp_secret", ""),
        ("api_key", "two words"),
        ("registered_ip", "2001:db8::1"),
        ("registered_ip", "203.0.113.700"),
        ("registered_ip", "0.0.0.0"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_never_quoted(name: str, value: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        ANGELONE_FORM.read({**GIVEN, name: value})
    assert refused.value.field == name
    assert not value or str(value) not in str(refused.value)


def test_an_unknown_field_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidValue, match="password: is unknown"):
        ANGELONE_FORM.read({**GIVEN, "password": "hunter2"})


@given(st.sampled_from(sorted(GIVEN)), st.text(max_size=40))
def test_no_error_quotes_what_was_typed(name: str, value: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        ANGELONE_FORM.read({**GIVEN, name: f"{value}≠≠"})
    assert "≠" not in "".join(traceback.format_exception_only(refused.value))


def test_nothing_that_shows_them_shows_a_secret() -> None:
    made = ANGELONE_FORM.read(GIVEN)
    for shown in (repr(made), str(made), f"{made}", repr([made]), repr({"a": made})):
        assert shown.count("…56") == 1
        assert all(value not in shown for value in GIVEN.values())


def test_they_come_back_from_bytes_as_they_went_in() -> None:
    made = ANGELONE_FORM.read(GIVEN)
    assert ANGELONE_FORM.from_bytes(ANGELONE_FORM.as_bytes(made)) == made


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b"\xff", b'{"pin": 1}'])
def test_bytes_that_hold_none_are_refused(stored: bytes) -> None:
    with pytest.raises(InvalidValue):
        ANGELONE_FORM.from_bytes(stored)
