"""Every error as an `application/problem+json` document (RFC 9457). Fed by routes and ports; feeds the client.

No trace, no token and no text of another layer's exception ever gets in: an unexpected exception is logged under the
request's id, and the client is told that id.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, g, request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException

from engine.api.answers import answered
from engine.domain.errors import InvalidValue, OperatingError, PermanentFailure, Unauthenticated

RETRY_AFTER_S = 5  # a restarted store answers within seconds; a longer outage costs a client 12 requests a minute
PROBLEM_TYPE = "application/problem+json"

_BAD_FIELDS_ARE_422 = frozenset({"accounts.change_policy"})  # the contract's word for a policy that can't be obeyed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: its path, such as `symbols[0]` or `sizing.value`, and what is wrong with it."""

    field: str
    message: str


class Problem(Exception):
    """An answer that is not the one asked for. `kind` ends the problem's type, a URN."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem document, ready to send."""
        document: dict[str, object] = {
            "type": f"urn:lockstep:problem:{self.kind}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        response = answered(document, self.status.value)
        response.mimetype = PROBLEM_TYPE
        response.headers.update(self.headers)
        return response


def not_found(what: str) -> Problem:
    """404, the same for what does not exist and for what is another's."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", f"There is no such {what}.")


def conflict(detail: str) -> Problem:
    """409: the request is well made, but what it is about is not in a state for it."""
    return Problem(HTTPStatus.CONFLICT, "conflict", detail)


def changed_since(detail: str) -> Problem:
    """409 of a kind of its own: what the caller read is no longer what is there, and to read it again is the way on."""
    return Problem(HTTPStatus.CONFLICT, "changed-since", detail)


def invalid(errors: Iterable[FieldError], status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Problem:
    """400, or 422 where the contract says so: which fields are wrong, and why."""
    listed = tuple(errors)
    return Problem(status, "invalid-fields", "; ".join(f"{e.field}: {e.message}" for e in listed), listed)


def field_path(location: Iterable[str | int]) -> str:
    """A pydantic location as a path: ("symbols", 0) is `symbols[0]`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path or "body"


def refuse_fields(error: ValidationError) -> Response:
    """Turn pydantic's findings into a problem; flask-openapi3 calls it for every request that breaks its model."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.endpoint in _BAD_FIELDS_ARE_422 else HTTPStatus.BAD_REQUEST
    raise invalid((_field_error(found) for found in error.errors(include_url=False)), status)


def store_unavailable(detail: str = "The store does not answer. Try again in a few seconds.") -> Problem:
    """503: nothing is wrong with the request."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def register_problems(app: Flask) -> None:
    """Answer everything that routes raise with a problem document."""
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(InvalidValue, lambda error: invalid([FieldError(error.field, error.message)]).response())
    app.register_error_handler(Unauthenticated, _unauthenticated)
    app.register_error_handler(OperatingError, _operating_error)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, _last_resort)


def _field_error(found: ErrorDetails) -> FieldError:
    # pydantic puts "Value error, " before what our own validators say
    return FieldError(field_path(found["loc"]), found["msg"].removeprefix("Value error, "))


def _unauthenticated(error: Unauthenticated) -> Response:
    challenge = f'Bearer error="invalid_token", error_description="{error}"'
    return Problem(
        HTTPStatus.UNAUTHORIZED, "unauthenticated", str(error), headers={"WWW-Authenticate": challenge}
    ).response()


def _operating_error(error: OperatingError) -> Response:
    if isinstance(error, PermanentFailure):
        _log.error("the store refused, request %s", g.get("request_id"), exc_info=error)
    else:  # an outage is many of these: one line each
        _log.warning("store trouble, request %s: %s", g.get("request_id"), error)
    return store_unavailable().response()


def http_problem(error: HTTPException) -> Response:
    """Unknown routes, wrong methods, oversize bodies and the rest of what Werkzeug raises."""
    status = HTTPStatus(error.code or 500)
    kinds = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "wrong-content-type"}
    details = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        413: "The body is larger than 256 KB.",
    }
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else None
    detail = details.get(status.value, status.description or status.phrase)
    return Problem(status, kinds.get(status.value, "bad-request"), detail, headers=headers).response()


def _last_resort(error: Exception) -> Response:
    _log.error("unexpected exception, request %s", g.get("request_id"), exc_info=error)
    detail = f"Something went wrong on our side. The log has it under request {g.get('request_id')}."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail).response()
