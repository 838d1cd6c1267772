"""Keys of Coinbase check themselves, whatever became of their line breaks, and show nothing of themselves."""

from __future__ import annotations

import base64
import traceback

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.broker_keys import keys_as_bytes, keys_from_bytes
from engine.domain.coinbase_credentials import COINBASE_FORM, CoinbaseCredentials
from engine.domain.errors import InvalidValue

NAME = "organizations/0a1b2c3d/apiKeys/e4f5planted"
SEED = bytes(range(32))
BASE64 = base64.b64encode(SEED).decode()


def pem(
    form: PrivateFormat = PrivateFormat.TraditionalOpenSSL,
    lock: KeySerializationEncryption = NoEncryption(),  # noqa: B008 - it has no state
    curve: SECP256R1 | SECP384R1 = SECP256R1(),  # noqa: B008 - nor has a curve
) -> str:
    return derive_private_key(123_456_789, curve).private_bytes(Encoding.PEM, form, lock).decode()


def read(private_key: str, key_name: str = NAME) -> CoinbaseCredentials:
    return COINBASE_FORM.read({"key_name": key_name, "private_key": private_key})


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
@pytest.mark.parametrize("breaks", ["\n", "\\n", "\r\n", " ", ""])
def test_a_pem_is_the_same_key_however_its_lines_were_broken(form: PrivateFormat, breaks: str) -> None:
    found = read(f'  "{pem(form).replace(chr(10), breaks)}" ')
    assert found.private_key == pem(form).strip()
    assert found.algorithm == "ES256"


@pytest.mark.parametrize("raw", [SEED, SEED + bytes(32)])
def test_the_base64_of_an_ed25519_key_signs_otherwise(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    found = read(f"{text[:20]}\n{text[20:]}")
    assert (found.private_key, found.algorithm) == (text, "EdDSA")


@pytest.mark.parametrize(
    ("private_key", "words"),
    [
        ("", "whole privateKey"),
        ("planted", "whole privateKey"),
        (base64.b64encode(SEED[:31]).decode(), "whole privateKey"),
        (pem()[:-30], "whole PEM"),
        (pem().replace("EC PRIVATE", "EC PUBLIC"), "whole PEM"),
        (pem(PrivateFormat.PKCS8, BestAvailableEncryption(b"planted")), "whole PEM"),
        (pem().replace(pem().splitlines()[2], ""), "is no private key"),
        (pem(curve=SECP384R1()), "curve P-256"),
        (
            Ed25519PrivateKey.from_private_bytes(SEED)
            .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            .decode(),
            "curve P-256",
        ),
    ],
)
def test_what_is_no_whole_key_is_refused_and_never_quoted(private_key: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words) as refused:
        read(private_key)
    assert refused.value.field == "private_key"
    body = private_key.splitlines()[1:-1]
    assert not [line for line in body if line and line in "".join(traceback.format_exception_only(refused.value))]


@pytest.mark.parametrize("key_name", ["", "short", "two words here", "o" * 201, "organizations\\x"])
def test_a_name_that_is_none_is_refused(key_name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(BASE64, key_name)
    assert refused.value.field == "key_name"


@given(st.sampled_from(["key_name", "private_key"]), st.text(max_size=60))
def test_no_error_quotes_what_was_typed(name: str, value: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        COINBASE_FORM.read({"key_name": NAME, "private_key": BASE64, name: f"{value}≠≠"})
    assert "≠" not in "".join(traceback.format_exception_only(refused.value))


def test_nothing_that_shows_it_shows_more_than_the_end_of_its_name() -> None:
    made = read(pem())
    for shown in (repr(made), str(made), f"{made}", repr([made])):
        assert shown.count("…nted") == 1
        assert not [secret for secret in (*made.secrets, NAME[:-4]) if secret in shown]
    assert all(line in made.secrets for line in pem().splitlines()[1:-1])


@pytest.mark.parametrize("private_key", [pem(), BASE64])
def test_it_comes_back_from_bytes_as_it_went_in(private_key: str) -> None:
    made = read(private_key)
    assert keys_from_bytes("coinbase", keys_as_bytes("coinbase", made)) == made


@pytest.mark.parametrize("broker", ["angelone", "robinhood"])
def test_bytes_of_one_broker_are_no_keys_of_another(broker: str) -> None:
    with pytest.raises(InvalidValue):
        keys_from_bytes(broker, keys_as_bytes("coinbase", read(BASE64)))
