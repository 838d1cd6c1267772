"""What Angel One lets a person in with. Given by the person through the API, kept by the vault, used by the session.

All of it is secret: no `repr`, no error and no log shows more than the client code's last two letters.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address

from engine.domain.errors import InvalidValue
from engine.domain.key_form import KeyForm

ENDING = 2  # letters of a client code that may be shown
TOTP_BYTES_MIN = 10  # 80 bits; RFC 4226 asks for 128, brokers give out 80 and 160
_CLIENT_CODE = re.compile(r"[A-Z0-9]{3,20}")
_PIN = re.compile(r"[0-9]{4}")
_API_KEY = re.compile(r"[\x21-\x7e]{4,128}")


@dataclass(frozen=True, slots=True)
class AngelOneCredentials:
    """One client's at one broker. `registered_ip` is the address that the broker takes orders from; "" where the client
    registered none: then no order leaves.

    Checked at birth: raises InvalidValue, whose message never quotes a value.
    """

    client_code: str = field(repr=False)
    pin: str = field(repr=False)
    totp_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    registered_ip: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        ANGELONE_FORM.check(self)

    def __repr__(self) -> str:
        return f"AngelOneCredentials(client {self.ending})"

    @property
    def ending(self) -> str:
        """What may be shown of them."""
        return f"…{self.client_code[-ENDING:]}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that may stand nowhere; for whoever takes them out of a text."""
        return (self.pin, self.totp_secret, self.api_key)


def _client_code(text: str) -> str:
    code = text.upper()
    if _CLIENT_CODE.fullmatch(code) is None:
        raise InvalidValue("client_code", "must be the 3 to 20 letters and digits of your client code")
    return code


def _pin(text: str) -> str:
    if _PIN.fullmatch(text) is None:
        raise InvalidValue("pin", "must be the 4 digits of your PIN, not the password")
    return text


def _totp_secret(text: str) -> str:
    secret = re.sub(r"[\s-]", "", text).upper().rstrip("=")
    try:
        raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) < TOTP_BYTES_MIN:
        rule = "must be the base32 text (A to Z, 2 to 7) that the broker showed beside the QR code, not a 6-digit code"
        raise InvalidValue("totp_secret", rule)
    return secret


def _api_key(text: str) -> str:
    if _API_KEY.fullmatch(text) is None:
        raise InvalidValue("api_key", "must be 4 to 128 printable characters without spaces")
    return text


def _registered_ip(text: str) -> str:
    if not text:
        return ""
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise InvalidValue("registered_ip", "must be an IPv4 address such as 203.0.113.7") from None
    if address.is_multicast or address.is_unspecified:
        raise InvalidValue("registered_ip", "must be the public IPv4 address that you registered at the broker")
    return text


ANGELONE_FORM = KeyForm(
    AngelOneCredentials,
    {
        "client_code": _client_code,
        "pin": _pin,
        "totp_secret": _totp_secret,
        "api_key": _api_key,
        "registered_ip": _registered_ip,
    },
    left_out={"registered_ip": ""},
)
