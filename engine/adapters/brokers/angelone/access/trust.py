"""Whom the TLS connections trust. Fed by endpoints; feeds the wire and both sockets.

The SDK turns verification off on its sockets and silences the warnings; here there is no way to.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.domain.errors import InvalidValue


def trusting(endpoints: Endpoints) -> ssl.SSLContext:
    """A context that checks certificate and host name, TLS 1.2 at least, by the machine's authorities or `ca_file`.

    Raises InvalidValue where that file can't be read.
    """
    return _authorities(endpoints.ca_file)


@lru_cache(maxsize=4)
def _authorities(file: Path | None) -> ssl.SSLContext:
    """Read once: a hundred authorities take up to 0.1 s, and connections may share a context."""
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:  # SSLError is one
        raise InvalidValue("ca_file", f"{file} holds no certificate that can be read: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
