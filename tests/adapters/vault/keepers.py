"""Keepers of keys for tests: a KMS as its client library sees it, without the network. Used beside the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.api_core.exceptions import InvalidArgument

NAME = "projects/p/locations/asia-south1/keyRings/lockstep/cryptoKeys/vault"
NONCE = b"\0" * 12


@dataclass
class TwinKms:
    """The two calls of Google's KeyManagementServiceClient that are used, with its arguments, its replies and its
    errors. `raises` is raised by the next calls; `versions` are the key's, the newest last.
    """

    raises: Exception | None = None
    versions: list[bytes] = field(default_factory=lambda: [AESGCM.generate_key(256)])
    calls: list[str] = field(default_factory=list)

    def encrypt(self, *, request: dict[str, Any], retry: None, timeout: float) -> SimpleNamespace:
        self._called("encrypt", request, timeout)
        number = len(self.versions) - 1
        body = AESGCM(self.versions[number]).encrypt(
            NONCE, request["plaintext"], request["additional_authenticated_data"]
        )
        return SimpleNamespace(ciphertext=bytes([number]) + body)

    def decrypt(self, *, request: dict[str, Any], retry: None, timeout: float) -> SimpleNamespace:
        self._called("decrypt", request, timeout)
        try:
            number, body = request["ciphertext"][0], request["ciphertext"][1:]
            plain = AESGCM(self.versions[number]).decrypt(NONCE, body, request["additional_authenticated_data"])
        except (InvalidTag, IndexError):
            raise InvalidArgument("Decryption failed: the ciphertext is invalid.") from None
        return SimpleNamespace(plaintext=plain)

    def _called(self, verb: str, request: dict[str, Any], timeout: float) -> None:
        assert request["name"] == NAME
        assert 0 < timeout <= 10
        self.calls.append(verb)
        if self.raises is not None:
            raise self.raises
