"""The classification of failures, code by code and for each way a library has of hiding them."""

import grpc
import pytest
from google.api_core import exceptions
from google.auth.exceptions import RefreshError, TransportError

from engine.adapters.firestore.errors import Contended, NotUnderstood, PreconditionFailed, classify, error_of
from engine.domain.errors import BackPressure, OutcomeUnknown, PermanentFailure

KINDS = {
    "CANCELLED": OutcomeUnknown, "UNKNOWN": OutcomeUnknown, "DEADLINE_EXCEEDED": OutcomeUnknown,
    "INTERNAL": OutcomeUnknown, "UNAVAILABLE": OutcomeUnknown, "ABORTED": Contended,
    "RESOURCE_EXHAUSTED": BackPressure, "UNAUTHENTICATED": BackPressure,
    "ALREADY_EXISTS": PreconditionFailed, "NOT_FOUND": PreconditionFailed, "FAILED_PRECONDITION": PreconditionFailed,
    "INVALID_ARGUMENT": NotUnderstood, "PERMISSION_DENIED": PermanentFailure, "OUT_OF_RANGE": PermanentFailure,
    "UNIMPLEMENTED": NotUnderstood, "DATA_LOSS": PermanentFailure,
}  # fmt: skip


@pytest.mark.parametrize("code", [code.name for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_code_has_its_class(code: str) -> None:
    error = error_of(code, "details")
    assert type(error) is KINDS[code]
    assert str(error) == f"{code}: details"


def test_a_message_beyond_the_size_limit_is_no_passing_shortage() -> None:
    assert type(error_of("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 4194304")) is PermanentFailure


def test_contention_is_to_be_repeated_and_a_failed_precondition_is_not() -> None:
    assert isinstance(error_of("ABORTED", ""), OutcomeUnknown)
    assert isinstance(error_of("ALREADY_EXISTS", ""), PermanentFailure)


def test_what_is_not_understood_is_not_to_be_repeated_either() -> None:
    assert isinstance(error_of("UNIMPLEMENTED", ""), PermanentFailure)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.RetryError("gave up", cause=exceptions.ServiceUnavailable("down")), OutcomeUnknown),
        (exceptions.ServiceUnavailable("down"), OutcomeUnknown),
        (exceptions.PermissionDenied("no"), PermanentFailure),
        (exceptions.ResourceExhausted("slower"), BackPressure),
        (TransportError("no metadata server"), OutcomeUnknown),
        (RefreshError("no token"), OutcomeUnknown),
        (grpc.FutureTimeoutError(), OutcomeUnknown),
        (OutcomeUnknown("ours"), OutcomeUnknown),
    ],
)
def test_the_libraries_exceptions_are_sorted_too(error: Exception, kind: type) -> None:
    assert type(classify(error)) is kind


def roll_back_what_never_began() -> None:
    """What the library's transactions do to the real cause."""
    try:
        raise exceptions.PermissionDenied("no")
    except exceptions.PermissionDenied:
        raise ValueError("The transaction has no transaction ID, so it cannot be rolled back.")  # noqa: B904


def test_a_cause_hidden_in_a_value_error_is_found() -> None:
    with pytest.raises(ValueError, match="rolled back") as hidden:
        roll_back_what_never_began()
    assert type(classify(hidden.value)) is PermanentFailure


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(KeyError):
        classify(KeyError("a bug"))
