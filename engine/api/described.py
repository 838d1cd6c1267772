"""How a blueprint is described in the OpenAPI document. Used by every blueprint; read by openapi_document."""

from __future__ import annotations

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_openapi3.types import ResponseDict

API = "/api/v1"
SECURITY_SCHEME = "firebase"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


def problem_responses(*statuses: int) -> ResponseDict:
    """Problem documents a route may answer with, by status."""
    return {status: {"description": _MEANINGS[status], "content": _PROBLEM} for status in statuses}


def resource(name: str, about: str, *, prefix: str = API, public: bool = False) -> APIBlueprint:
    """A blueprint whose routes are described as needing a token, unless `public`; authentication.PUBLIC enforces it."""
    statuses = (400, 503) if public else (400, 401, 404, 503)
    return APIBlueprint(
        name,
        __name__,
        url_prefix=prefix or None,
        abp_tags=[Tag(name=name, description=about)],
        abp_security=[] if public else [{SECURITY_SCHEME: []}],
        abp_responses=problem_responses(*statuses),
        operation_id_callback=_operation_id,
    )


def _operation_id(*, bp_name: str, name: str, path: str, method: str) -> str:
    """`bots_create`, rather than one with the path in it."""
    return f"{bp_name}_{name}"


_MEANINGS = {
    400: "The request is malformed or fields of it are wrong; `errors` names each.",
    401: "No token, or one that proves nobody.",
    403: "Not the owner of the service.",
    404: "There is no such thing, or it is another user's.",
    409: "What it is about is not in a state for it.",
    413: "The body is larger than 256 KB.",
    415: "The body is not application/json.",
    422: "A policy that can't be obeyed, or an Idempotency-Key used for another request.",
    503: "The store or the identity service does not answer; see Retry-After.",
}
WRITE_PROBLEMS = problem_responses(409, 413, 415, 422)
