"""Keys of the deployment's own, from its settings or from a file on this machine. Wraps data keys for envelope.py.

The first key wraps, every one unwraps: a new key goes to the front, `lockstep keys rotate` seals all anew, and the old
one can be taken away.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from engine.domain.errors import InvalidValue, PermanentFailure

NO_KEY = "none of this deployment's vault keys opens it: put back the key that sealed it, or give the credentials again"


class LocalKeys:
    """See KeyKeeper. `keys` are Fernet keys (44 characters of URL-safe base64), the newest first.

    Raises InvalidValue, naming `source`, for one that is none; no message quotes it.
    """

    def __init__(self, keys: Sequence[str], source: str = "LOCKSTEP_VAULT_KEYS") -> None:
        fernets = []
        for number, key in enumerate(keys, 1):
            try:
                fernets.append(Fernet(key))
            except ValueError:
                make = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
                raise InvalidValue(source, f"key {number} is not a Fernet key; make one: {make}") from None
        if not fernets:
            raise InvalidValue(source, "has no key")
        self._keys = MultiFernet(fernets)

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """See KeyKeeper; what it is about is bound by the envelope."""
        return self._keys.encrypt(data_key)

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """See KeyKeeper."""
        try:
            return self._keys.decrypt(wrapped)
        except InvalidToken:
            raise PermanentFailure(NO_KEY) from None


def key_in(path: Path) -> str:
    """The key in a file that only its owner may read; made where there is none. Two that make it at once get one key.

    Raises InvalidValue for a file that others may read or have made, or that can't be read or made.
    """
    try:
        with suppress(FileExistsError):
            _make(path)
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in (os.geteuid(), 0):
            raise InvalidValue(str(path), "is no file of this user's: whoever made it knows the key")
        if found.st_mode & 0o077:
            raise InvalidValue(str(path), f"others may read this key: chmod 600 {path}")
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(str(path), f"the vault's key can't be kept there: {type(error).__name__}") from None


def _make(path: Path) -> None:
    """Written aside and linked into place: a key is there whole or not at all. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    descriptor, aside = mkstemp(dir=path.parent, prefix=path.name)  # of mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    finally:
        os.unlink(aside)
