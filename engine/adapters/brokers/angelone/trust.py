"""Whom the TLS connections trust. Fed by endpoints; feeds the wire and both sockets.

The SDK turns verification off on its sockets and silences the warnings; here there is no way to.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

from engine.adapters.brokers.angelone.endpoints import Endpoints
from engine.domain.errors import InvalidValue


@lru_cache(maxsize=4)
def trusting(endpoints: Endpoints) -> ssl.SSLContext:
    """A context that checks certificate and host name, TLS 1.2 at least, by the machine's authorities or `ca_file`.

    Read once: a hundred authorities take 20 ms, and connections may share a context. Raises InvalidValue where that file can't be read.
    """
    try:
        context = ssl.create_default_context(cafile=endpoints.ca_file)
    except OSError as error:  # SSLError is one
        raise InvalidValue("ca_file", f"{endpoints.ca_file} holds no certificate that can be read: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
