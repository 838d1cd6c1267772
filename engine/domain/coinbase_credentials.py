"""What Coinbase lets a program in with: an API key of its developer platform (CDP). Given by the person through the
API, kept by the vault; signs a token for each request.

The platform gives out a file with `name` and `privateKey`: a PEM of an elliptic-curve key (P-256, signs ES256), or,
since 2025 by default, the base64 of an Ed25519 key (signs EdDSA). No log has either; the end of the name is shown.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from engine.domain.errors import InvalidValue
from engine.domain.key_form import KeyForm

ENDING = 4  # letters of a key's name that may be shown
ED25519_BYTES = (32, 64)  # the seed alone, or with the public half behind it
_KEY_NAME = re.compile(r"[A-Za-z0-9_/-]{8,200}")
_PEM = re.compile(r"-----BEGIN ((?:EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
_BEGINS = "-----BEGIN"
_LINE = 64


@dataclass(frozen=True, slots=True)
class CoinbaseCredentials:
    """One key. `private_key` is a PEM with its line breaks, or base64 without any.

    Checked at birth: raises InvalidValue, whose message never quotes a value.
    """

    key_name: str = field(repr=False)
    private_key: str = field(repr=False)

    def __post_init__(self) -> None:
        COINBASE_FORM.check(self)

    def __repr__(self) -> str:
        return f"CoinbaseCredentials(key {self.ending})"

    @property
    def ending(self) -> str:
        """What may be shown of it."""
        return f"…{self.key_name[-ENDING:]}"

    @property
    def algorithm(self) -> str:
        """How its tokens are signed: ES256 or EdDSA (RFC 7518, RFC 8037)."""
        return "ES256" if self.private_key.startswith(_BEGINS) else "EdDSA"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that may stand nowhere, line by line as well; for whoever takes them out of a text."""
        lines = [line for line in self.private_key.splitlines() if line and not line.startswith("-----")]
        return self.key_name, self.private_key, *lines


def _key_name(text: str) -> str:
    if _KEY_NAME.fullmatch(text) is None:
        rule = "must be the name (or id) in the key's file, such as organizations/…/apiKeys/… or 8 letters and more"
        raise InvalidValue("key_name", rule)
    return text


def _private_key(text: str) -> str:
    """As the key's file has it, also with `\\n` for line breaks, or without them as a form's field leaves it."""
    text = text.strip("\"'").replace("\\n", "\n").strip()
    if _BEGINS in text:
        return _elliptic(text)
    joined = re.sub(r"\s", "", text)
    try:
        raw = base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) not in ED25519_BYTES:
        rule = "must be the whole privateKey of the key's file: -----BEGIN EC PRIVATE KEY----- and on, or its base64"
        raise InvalidValue("private_key", rule)
    return joined


def _elliptic(text: str) -> str:
    """A PEM in lines of 64, of a key that signs ES256."""
    from cryptography.exceptions import UnsupportedAlgorithm  # brings OpenSSL, which only such a key needs
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    found = _PEM.fullmatch(text)
    if found is None:
        rule = "must be the whole PEM, from -----BEGIN EC PRIVATE KEY----- to its END, without a passphrase"
        raise InvalidValue("private_key", rule)
    label, body = found[1], re.sub(r"\s", "", found[2])
    lines = [body[at : at + _LINE] for at in range(0, len(body), _LINE)]
    pem = "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidValue("private_key", "is no private key: part of it is missing or was changed") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise InvalidValue("private_key", "must be a key of the curve P-256, which signs ES256")
    return pem.rstrip("\n")


COINBASE_FORM = KeyForm(CoinbaseCredentials, {"key_name": _key_name, "private_key": _private_key})
