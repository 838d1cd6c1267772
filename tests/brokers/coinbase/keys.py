"""The play keys of the loopback Coinbase: made from words that anybody may know, so that nothing here is a secret.

They have the shapes of real ones: a PEM of an elliptic-curve key, or the base64 of an Ed25519 key.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ES256, EDDSA = "ES256", "EdDSA"
_PLAY = "organizations/00000000-0000-4000-8000-000000000001/apiKeys/00000000-0000-4000-8000-00000000000"


@dataclass(frozen=True)
class PlayKey:
    """One API key, from the words `seed`. `may_trade` is whether its owner ticked that when it was made."""

    name: str = f"{_PLAY}2"
    algorithm: str = ES256
    seed: str = "loopback"
    may_trade: bool = True

    @cached_property
    def private_key(self) -> str:
        """As the key's file has it."""
        if self.algorithm == EDDSA:
            public = self._edwards.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return base64.b64encode(self.digest + public).decode()
        made = derive_private_key(int.from_bytes(self.digest) >> 1, SECP256R1())
        return made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode().strip()

    @cached_property
    def public_key(self) -> EllipticCurvePublicKey | Ed25519PublicKey:
        """What its tokens are checked with."""
        if self.algorithm == EDDSA:
            return self._edwards.public_key()
        return derive_private_key(int.from_bytes(self.digest) >> 1, SECP256R1()).public_key()

    @property
    def digest(self) -> bytes:
        """The 32 bytes that both kinds of key are made of."""
        return hashlib.sha256(self.seed.encode()).digest()

    @property
    def _edwards(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.digest)


ELLIPTIC = PlayKey()
EDWARDS = PlayKey(f"{_PLAY}3", EDDSA)
WATCHER = PlayKey(f"{_PLAY}4", seed="watcher", may_trade=False)  # no broker knows it unless told to
