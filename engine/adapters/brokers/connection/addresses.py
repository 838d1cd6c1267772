"""What an address of a broker may be: encrypted, or on this machine. Fed and asked by each broker's endpoints."""

from __future__ import annotations

from urllib.parse import urlsplit

from engine.domain.errors import InvalidValue

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECURE, _PLAIN = ("https", "wss"), ("http", "ws")


def check_address(name: str, address: str) -> None:
    """Raises InvalidValue for what is no address, and for one that would send secrets in clear text to anywhere but
    this machine. `name` is the field that it was given as.
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme not in (*_SECURE, *_PLAIN):
        raise InvalidValue(name, f"{address!r} is no address: write https://host or wss://host")
    if parts.username or parts.password:
        raise InvalidValue(name, "holds a user or a password; write the address alone")
    if parts.scheme in _PLAIN and parts.hostname not in LOOPBACK:
        raise InvalidValue(name, f"{address!r} is not encrypted; only this machine may be spoken to in the clear")
