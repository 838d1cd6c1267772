"""A key that Google's KMS keeps and never gives out: each data key is wrapped and unwrapped by a call to it.

Wraps data keys for envelope.py. The client library is loaded at the first call, and only where a KMS key is named.
"""

from __future__ import annotations

import re
from typing import Any

from google.api_core.exceptions import (
    FailedPrecondition,
    GoogleAPICallError,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    RetryError,
)
from google.auth.exceptions import GoogleAuthError

from engine.domain.errors import InvalidValue, OperatingError, OutcomeUnknown, PermanentFailure

CALL_S = 5.0
_NAME = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+")
_NEVER = (InvalidArgument, NotFound, PermissionDenied, FailedPrecondition)


class KmsKeys:
    """See KeyKeeper. `name` is the key's resource name; `client` a KeyManagementServiceClient, None: the machine's own.

    A new version of the key wraps from then on and old ones go on unwrapping: KMS rotates by itself. Raises
    InvalidValue for a name that is none.
    """

    def __init__(self, name: str, client: Any = None) -> None:
        if _NAME.fullmatch(name) is None:
            form = "projects/P/locations/L/keyRings/R/cryptoKeys/K"
            raise InvalidValue("LOCKSTEP_KMS_KEY", f"{name!r} is not a key of Google's KMS: {form}")
        self._name = name
        self._client = client

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """See KeyKeeper."""
        asked = {"name": self._name, "plaintext": data_key, "additional_authenticated_data": about.encode()}
        return bytes(self._call("encrypt", asked).ciphertext)

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """See KeyKeeper."""
        asked = {"name": self._name, "ciphertext": wrapped, "additional_authenticated_data": about.encode()}
        return bytes(self._call("decrypt", asked).plaintext)

    def _call(self, verb: str, asked: dict[str, Any]) -> Any:
        """One bounded call, not repeated. No error quotes what was sent."""
        try:
            if self._client is None:
                from google.cloud.kms_v1 import KeyManagementServiceClient

                self._client = KeyManagementServiceClient()
            return getattr(self._client, verb)(request=asked, retry=None, timeout=CALL_S)
        except (GoogleAPICallError, RetryError, GoogleAuthError) as error:
            raise _told(error) from None


def _told(error: Exception) -> OperatingError:
    word = type(error).__name__
    if isinstance(error, _NEVER):
        return PermanentFailure(f"the KMS key can't be used ({word}): may this service use it, and did it seal this?")
    return OutcomeUnknown(f"the keeper of the vault's key does not answer ({word})")
