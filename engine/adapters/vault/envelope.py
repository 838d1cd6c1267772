"""The Sealer port: each text has a key of its own, which a key of the deployment wraps. Fed by a keeper of that key.

What is sealed is AES-256-GCM (NIST SP 800-38D) under a fresh data key, bound to what it is about: a document moved to
another person's place does not open there. Only the data key, 32 bytes, ever meets the keeper, so the keeper may be far
away, and wrapping anew costs one small call.
"""

from __future__ import annotations

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.domain.errors import PermanentFailure

VERSION = "v1"
NONCE_BYTES = 12  # as GCM is specified for; never used twice, as no data key is
KEY_BITS = 256
UNREADABLE = "the sealed text was changed, or is about something else"


class KeyKeeper(Protocol):
    """Wraps data keys. See Sealer for what is raised."""

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """A form of the key that only this keeper can undo."""

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """The inverse."""


class Envelope:
    """See ports.Sealer."""

    def __init__(self, keeper: KeyKeeper) -> None:
        self._keeper = keeper

    def seal(self, plain: bytes, about: str) -> str:
        """See ports.Sealer."""
        data_key, nonce = AESGCM.generate_key(KEY_BITS), os.urandom(NONCE_BYTES)
        sealed = AESGCM(data_key).encrypt(nonce, plain, about.encode())
        parts = (self._keeper.wrap(data_key, about), nonce, sealed)
        return ".".join([VERSION, *(urlsafe_b64encode(part).decode() for part in parts)])

    def open(self, sealed: str, about: str) -> bytes:
        """See ports.Sealer."""
        version, *texts = sealed.split(".")
        if version != VERSION or len(texts) != 3:
            raise PermanentFailure(UNREADABLE)
        try:
            wrapped, nonce, body = (urlsafe_b64decode(text) for text in texts)
            return AESGCM(self._keeper.unwrap(wrapped, about)).decrypt(nonce, body, about.encode())
        except (binascii.Error, ValueError, InvalidTag):
            raise PermanentFailure(UNREADABLE) from None
