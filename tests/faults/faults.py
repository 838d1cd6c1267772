"""What may go wrong with one call to the fake Firestore, as values. Written by tests; carried out by fake_firestore."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import TypeAlias

import grpc

# Every answer of gRPC but OK.
CODES = tuple(code for code in grpc.StatusCode if code is not grpc.StatusCode.OK)

# Those that can't pass by themselves and are about what was sent, and all others: written down here once more, so that
# a slip in the engine's own table is seen.
PERMANENT = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.DATA_LOSS,
)
PASSING = tuple(code for code in CODES if code not in PERMANENT)


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing is applied, and this is the answer."""

    code: grpc.StatusCode
    details: str = "as scripted"


@dataclass(frozen=True, slots=True)
class LoseReply:
    """The call is applied; the caller hears this instead of the result, or in place of a stream's last message."""

    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing is applied and nothing answered for as long as the caller waits."""


@dataclass(frozen=True, slots=True)
class Slow:
    """The call is applied and answered after so many seconds, whether the caller still waits or not."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Late:
    """The call is applied once `released` is set, long after its caller gave up; `outcome` is told what came of it."""

    released: Event
    outcome: list[str]


Fault: TypeAlias = Refuse | LoseReply | Hang | Slow | Late
