"""Tokens of the loopback broker's logins: when they die, and that nobody sees them."""

import base64
import json
from datetime import datetime, timedelta

import pyotp
import pytest

from engine.adapters.brokers.angelone.access.replies import read_reply
from engine.adapters.brokers.angelone.access.tokens import next_midnight, tokens_of
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import MINUTE, SECOND, instant_of
from tests.brokers.angelone.running import OPEN_DAY
from tests.brokers.angelone.sessions import Client, Sessions

AT = datetime.fromisoformat(OPEN_DAY)
NOW = instant_of(AT)
MIDNIGHT = instant_of(datetime.fromisoformat("2026-11-24T00:00:00+05:30"))


def data_with(jwt: str) -> dict[str, str]:
    """A login's data around this token."""
    return {"jwtToken": jwt, "refreshToken": "r", "feedToken": "f"}


def jwt_with(claims: object) -> str:
    """A token of three parts that says so of itself."""
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head.{middle}.signature"


def test_a_login_of_the_loopback_broker_lives_until_midnight_in_india() -> None:
    client = Client()
    words = {"clientcode": client.code, "password": client.pin, "totp": pyotp.TOTP(client.totp_secret).at(AT)}
    answer = Sessions(client).login(words, AT)
    tokens = tokens_of(read_reply(answer.status, answer.body).data, NOW)
    assert tokens.dies_at == MIDNIGHT  # its own `exp` is 28 hours away
    assert (tokens.live(MIDNIGHT - 1), tokens.live(MIDNIGHT)) == (True, False)


def test_a_token_that_says_it_dies_sooner_does() -> None:
    soon = NOW + 90 * MINUTE
    assert tokens_of(data_with(jwt_with({"exp": soon // SECOND})), NOW).dies_at == soon


@pytest.mark.parametrize(
    "jwt",
    [
        "opaque",
        "a.b.c",
        "a.!!!.c",
        jwt_with([]),
        jwt_with({"exp": "soon"}),
        f"head.{base64.urlsafe_b64encode(b'[' * 100_002).decode()}.signature",
        jwt_with({"exp": float("nan")}),
        jwt_with({}),
    ],
)
def test_a_token_that_says_nothing_of_itself_lives_until_midnight(jwt: str) -> None:
    assert tokens_of(data_with(jwt), NOW).dies_at == MIDNIGHT


def test_the_word_bearer_stands_before_a_token_once() -> None:
    for jwt in ("abc", "Bearer abc"):
        assert tokens_of(data_with(jwt), NOW).authorization == "Bearer abc"


@pytest.mark.parametrize("missing", ["jwtToken", "refreshToken", "feedToken"])
def test_an_answer_without_all_three_is_no_login(missing: str) -> None:
    for data in ({**data_with("abc"), missing: None}, None, [], ""):
        with pytest.raises(OutcomeUnknown):
            tokens_of(data, NOW)


def test_midnight_in_india_is_never_now() -> None:
    assert next_midnight(MIDNIGHT - 1) == MIDNIGHT
    assert next_midnight(MIDNIGHT) == MIDNIGHT + instant_of(AT + timedelta(days=1)) - NOW


def test_tokens_are_not_shown() -> None:
    shown = repr(tokens_of(data_with("word-one"), NOW))
    assert "word-one" not in shown
    assert "'r'" not in shown
