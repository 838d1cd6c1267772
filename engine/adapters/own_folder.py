"""The folder of this machine that the service keeps its own things in, made so that nobody else can put anything there.
Used by bootstrap before the journal, the key of the vault and the list of instruments are opened.

A folder whose name is known beforehand, in a place where everybody may write, may have been made by somebody else: with
a key of theirs in it, and with what we write there theirs to read and to replace.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.domain.errors import InvalidValue

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ROOT = 0


def own_folder(path: Path, named: str = "LOCKSTEP_STATE_DIR", *, user: int | None = None) -> Path:
    """The folder, made of mode 0700 where there is none. One that is ours and that others may write to is closed to
    them; what they may read of it stays as it is, since what is secret has a mode of its own. `user` is whose it has to
    be, by number: None for the one that asks. Root's is as good, as a mounted volume is: root can do anything anyway.

    Raises InvalidValue, naming the variable, for a folder, or a link to one, that is somebody else's, and for one that
    is everybody's; OSError where it can't be made or looked at.
    """
    user = os.geteuid() if user is None else user
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.lstat(path).st_uid not in (user, ROOT):
        what = "is a link of another user" if path.is_symlink() else "belongs to another user"
        raise InvalidValue(named, f"{path} {what} of this machine: name a folder of your own")
    found = os.stat(path)
    if found.st_uid not in (user, ROOT):
        raise InvalidValue(named, f"{path} leads to a folder of another user of this machine: name one of your own")
    shared = found.st_mode & stat.S_IWOTH and (found.st_mode & stat.S_ISVTX or found.st_uid != user)
    if shared:
        raise InvalidValue(named, f"{path} is a folder that everybody may write to: name one in it, or elsewhere")
    if found.st_mode & _OTHERS_WRITE and found.st_uid == user:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS_WRITE)
    return path
