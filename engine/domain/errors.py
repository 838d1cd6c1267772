"""The engine's own exceptions. Three troubles, three treatments:

refused   is a value (`Refusal`), never an exception
operating errors (`OperatingError`) are raised by adapters and retried by one policy
broken invariants (`InvariantBroken`) halt the account and wait for a person
"""

from __future__ import annotations

from datetime import datetime


class LockstepError(Exception):
    """Anything this project raises on purpose."""


class InvalidValue(LockstepError, ValueError):
    """A value from outside breaks a rule of its field; carries the field's path for the reply."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class DataError(LockstepError):
    """A market data file can't be used: says which file, which line and why."""

    def __init__(self, path: str, reason: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class InvariantBroken(LockstepError):
    """The engine's state contradicts itself or the venue; the account halts until a person has looked."""


class StrategyFailed(LockstepError):
    """A bot's strategy raised on a bar; says which, on what, and at which line of whose file."""


class OperatingError(LockstepError):
    """Something outside did not work; whoever raises it says which of the kinds below it is."""


class OutcomeUnknown(OperatingError):
    """The call may or may not have been applied: repeat the same idempotent write, never assume failure."""


class UnreadRefusal(OutcomeUnknown):
    """The other side says no in words that are in no list of ours: that nothing was done is likely, and not certain."""

    needs_person = False  # whether nothing like it should be asked for before a person has read it


class BackPressure(OperatingError):
    """The other side asks for less; repeat later."""


class CannotBeAsked(BackPressure):
    """What is wanted can't be asked for as things stand (too small, say): not sent, and asking soon won't change it."""


class PermanentFailure(OperatingError):
    """Repeating the call can't help: keep the payload as a dead letter and go on with the rest."""


class TooLarge(PermanentFailure):
    """What was to be sent is larger than the other side takes; found before sending, so nothing was sent."""


class Damaged(PermanentFailure):
    """Stored bytes that fail their checksum: the disk gave back other ones than it was given."""


class Fenced(OperatingError):
    """Another epoch holds the lease: stop sending and leave."""


class LeaseHeld(Fenced):
    """Another instance owns the account and keeps renewing: look again later. `until` is what it has said last; `what`
    it holds, in words.
    """

    def __init__(self, message: str, holder: str, until: datetime, what: str = "the account") -> None:
        super().__init__(message)
        self.holder = holder
        self.until = until
        self.what = what


class JournalSuperseded(LockstepError):
    """Another engine, with a journal of its own, has had the account since this journal was written: it is history."""


class JournalFailed(OperatingError):
    """The local journal can't take records (disk full, I/O error): nothing new may be decided."""


class CannotStart(LockstepError):
    """The service can't begin, and trying again by itself would not help: a person must read the message."""


class Unauthenticated(LockstepError):
    """The token is missing, malformed, expired, foreign or unsigned. Says which, never the token."""
