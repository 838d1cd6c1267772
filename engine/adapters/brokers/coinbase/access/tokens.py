"""The token that goes with a request: a JWT signed by the person's key, for one request and two minutes at most. Fed
by credentials; feeds calls and the user socket.

Claims and header are those of Coinbase's own client: `uri` names the method and the path of one request, so that a
token which is seen on its way opens nothing else. The key is read once; what signs is never shown.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.errors import InvalidValue
from engine.domain.instant import SECOND, instant_of
from engine.ports import Clock

ISSUER = "cdp"
LIVES_S = 120  # published: a token is good for two minutes at most
SEED_BYTES = 32  # of the 32 or 64 of an Ed25519 key; the rest is its public half
NONCE_BITS = 128


class Signer:
    """One key's. Safe from several threads. Raises InvalidValue for a key that can't sign, without quoting it."""

    def __init__(self, credentials: CoinbaseCredentials, clock: Clock, chance: random.Random) -> None:
        from jwt import encode  # brings OpenSSL, which prices without a key do not need

        self._encode = encode
        self._name, self._algorithm = credentials.key_name, credentials.algorithm
        self._clock, self._chance = clock, chance
        self._key = _private_key(credentials)

    def __repr__(self) -> str:
        return "Signer()"

    def for_request(self, method: str, url: str, lives_s: int = LIVES_S) -> str:
        """For one call of this method at this address within so many seconds; its query is not signed."""
        parts = urlsplit(url)
        return self._signed({"uri": f"{method} {parts.netloc}{parts.path}"}, lives_s)

    def for_socket(self) -> str:
        """For one message of a WebSocket."""
        return self._signed({}, LIVES_S)

    def _signed(self, more: Mapping[str, str], lives_s: int) -> str:
        now_s = instant_of(self._clock.now()) // SECOND
        claims = {"sub": self._name, "iss": ISSUER, "nbf": now_s, "exp": now_s + lives_s, **more}
        header = {"kid": self._name, "nonce": f"{self._chance.getrandbits(NONCE_BITS):032x}"}
        return self._encode(claims, self._key, self._algorithm, header)


def _private_key(credentials: CoinbaseCredentials) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if credentials.algorithm == "EdDSA":
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(credentials.private_key)[:SEED_BYTES])
        return load_pem_private_key(credentials.private_key.encode(), None)
    except (ValueError, TypeError):
        pass  # raised below, away from a frame of the library with the key in it
    raise InvalidValue("private_key", "is no key that can sign")
