"""What a Firestore failure means to us: one table from gRPC codes to our errors. Asked by the wire; read by the relay.

The table is the one rule of retrying: nothing below it repeats a call, nothing above it looks at a code.
No code alone proves that a write was not applied (a reply can be lost after it), hence no "surely not applied" here.
"""

from __future__ import annotations

import grpc

from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown, PermanentFailure


class Contended(OutcomeUnknown):
    """Another write came between (ABORTED): read again and repeat."""


class PreconditionFailed(PermanentFailure):
    """What the write took for granted does not hold: a document exists, is missing, or has changed since."""


class NotUnderstood(PermanentFailure):
    """The other side can't make anything of the request: a record's fault, or an operation that it does not know."""


_UNKNOWN = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "CANCELLED"})
_PRECONDITION = frozenset({"FAILED_PRECONDITION", "ALREADY_EXISTS", "NOT_FOUND"})
_NOT_UNDERSTOOD = frozenset({"INVALID_ARGUMENT", "UNIMPLEMENTED"})

# A message beyond gRPC's or Firestore's size limit answers RESOURCE_EXHAUSTED: it looks transient and never passes.
# The first are gRPC's words in Java (Firestore's own), the second those of its C core and of Go.
_OVERSIZE = ("message exceeds maximum size", "message larger than max")

# No token or a refused one says nothing of the record that was sent: it is the whole service's trouble, so it waits.
_NOT_ABOUT_THE_RECORD = frozenset({"UNAUTHENTICATED"})


def error_of(code: str, details: str) -> OperatingError:
    """Our error for a gRPC status code by name."""
    message = f"{code}: {details}"
    if code in _UNKNOWN:
        return OutcomeUnknown(message)
    if code == "ABORTED":
        return Contended(message)
    if code in _PRECONDITION:
        return PreconditionFailed(message)
    if code in _NOT_UNDERSTOOD:
        return NotUnderstood(message)
    if code == "RESOURCE_EXHAUSTED":
        return PermanentFailure(message) if any(words in details for words in _OVERSIZE) else BackPressure(message)
    if code in _NOT_ABOUT_THE_RECORD:
        return BackPressure(message)
    return PermanentFailure(message)


def classify(error: Exception) -> OperatingError:
    """Our error for whatever gRPC, google-api-core or google-auth raised. Anything else is a bug and is raised again.

    `RetryError` is not a `GoogleAPICallError`, and the library's transactions hide their cause in a ValueError's
    context: both are opened here, so that a caller of the library can't miss them.
    """
    if isinstance(error, OperatingError):
        return error
    if isinstance(error, grpc.RpcError) and isinstance(error, grpc.Call):
        return error_of(error.code().name, error.details() or "")
    return _of_a_library(error)


def _of_a_library(error: Exception) -> OperatingError:
    """As classify, for what did not come from gRPC. Google's libraries are loaded here: no start waits for them."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, MalformedError

    if isinstance(error, RetryError):
        return OutcomeUnknown(f"gave up repeating: {error.cause}")
    if isinstance(error, GoogleAPICallError):
        status = error.grpc_status_code
        return error_of(status.name if status is not None else "UNKNOWN", error.message or "")
    if isinstance(error, (DefaultCredentialsError, MalformedError)):  # no key, or a broken one: that never passes
        return PermanentFailure(f"{type(error).__name__}: {error}")
    if isinstance(error, (GoogleAuthError, grpc.FutureTimeoutError)):
        return OutcomeUnknown(f"{type(error).__name__}: {error}")
    if isinstance(error, ValueError):
        for hidden in (error.__cause__, error.__context__):
            if isinstance(hidden, (grpc.RpcError, GoogleAPICallError, RetryError, GoogleAuthError)):
                return classify(hidden)
    raise error
