"""When a record is given up that the store refuses while it takes others. Counted in lane.py; asked by the relay.

Only refusals count that were the record's alone and were followed by a commit that the store took: an outage says
nothing about a record.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.errors import OperatingError, PermanentFailure

# Codes that say it can't be. Three, because a right that is withdrawn for a moment answers the same way: each try comes
# a rest of up to 1 or 2 s after the one before, and asks the store anew.
PERMANENT_TRIES_MAX = 3
# Codes that say "later", or nothing. The nine rests between ten tries, drawn from 0 to 1, 2, 4 ... 32 s, are 80 s on
# average: a hot document, a moved tablet or a quota of a minute has passed by then.
PASSING_TRIES_MAX = 10
# Several records of one document that went together are parted only then: until it is as good as sure that they did not
# get in, a part of them would take the document back.
BUNDLE_TRIES_MAX = 3


@dataclass(slots=True)
class Tries:
    """How often in a row a record, or a bundle, was refused by itself; `permanent` of them for good."""

    total: int = 0
    permanent: int = 0

    def refused(self, error: OperatingError) -> None:
        """Count one."""
        self.total += 1
        self.permanent += isinstance(error, PermanentFailure)

    @property
    def parts_bundle(self) -> bool:
        """Whether a bundle is parted."""
        return self.total >= BUNDLE_TRIES_MAX

    @property
    def enough(self) -> bool:
        """Whether a record becomes a dead letter."""
        return self.permanent >= PERMANENT_TRIES_MAX or self.total >= PASSING_TRIES_MAX
