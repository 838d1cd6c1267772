"""What an engine is given of doctoring: the check of a broker, and the taking up of its new keys. Used by engine.py.

Doctoring brings the files of every broker: they are loaded when one is asked about, so that no start waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engine.bootstrap.outside import Outside
from engine.bootstrap.reach import Reach

if TYPE_CHECKING:
    from engine.domain.findings import Finding


def with_doctoring(reach: Reach, out: Outside) -> Reach:
    """The surroundings of an account whose engine makes the check, too."""
    return replace(reach, check=partial(_check, out), keys_changed=partial(_take_up_keys, out))


def _check(out: Outside, broker: str) -> Iterable[Finding]:
    from engine.bootstrap.doctoring import engines_check

    return engines_check(out)(broker)


def _take_up_keys(out: Outside, broker: str) -> None:
    from engine.bootstrap.doctoring import keys_changed

    keys_changed(out)(broker)
