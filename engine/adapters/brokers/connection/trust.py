"""Whom the TLS connections to a broker trust. Fed by its endpoints; feeds the wire and the sockets.

Brokers' SDKs turn verification off on their sockets, some silence the warnings; here there is no way to.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from engine.domain.errors import InvalidValue


@lru_cache(maxsize=4)
def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """A context that checks certificate and host name, TLS 1.2 at least, by the machine's authorities or `ca_file`.

    Read once: a hundred authorities take up to 0.1 s, and connections may share a context. Raises InvalidValue where
    the file can't be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise InvalidValue("ca_file", f"{ca_file} holds no certificate that can be read: {error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
