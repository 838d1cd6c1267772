"""Who is calling: every request but the public ones carries a Firebase ID token. Fed by the Authorization header
and the TokenVerifier; feeds every route with an Identity. A new route is closed until it is named here.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, g, request

from engine.api.problems import Problem, store_unavailable
from engine.api.services import services
from engine.domain.errors import OperatingError, Unauthenticated
from engine.ports import Identity

PUBLIC = frozenset(
    {"probes.health", "probes.ready", "probes.metrics", "probes.openapi", "web_client.config", "web_client.page"}
)

# What stops trading: a revoked token must not do for it either, but where the identity service is away the token's own
# signature does. Nobody waits for another service to stop theirs.
STOPS = frozenset({"accounts.halt", "accounts.kill", "accounts.disarm", "service.halt", "service.kill"})

# Where money moves, or is kept from moving, a token revoked a minute ago must not do. It costs a call to the identity
# service each time, so reads go without it.
REVOCATION_CHECKED = STOPS | {
    *("accounts.resume", "accounts.flatten", "accounts.arm", "accounts.read_only", "accounts.change_policy"),
    *("bots.create", "bots.change", "bots.delete", "bots.start", "bots.resume"),
    *("positions.close", "orders.cancel", "service.resume"),
    *("differences.adopt", "differences.ignore", "differences.flatten"),
    *("credentials.put", "credentials.remove"),
}

TOKEN_MAX = 8192  # characters; Firebase's tokens have some 1,000, and gunicorn takes header lines up to 8,190 bytes


def caller() -> Identity:
    """Who the current request's token says is calling."""
    identity: Identity = g.identity
    return identity


def require_token(app: Flask) -> None:
    """Check the token of every request that reaches a route, before anything else of it is read."""
    app.before_request(_identify)


def _identify() -> Response | None:
    if request.endpoint is None or request.endpoint in PUBLIC:
        return None  # without an endpoint there is no route, only a 404 or a 405
    header = request.headers.get("Authorization")
    if header is None:
        return _challenge()
    try:
        g.identity = _verified(_bearer_token(header), request.endpoint)
    except OperatingError as error:
        raise store_unavailable("Tokens can't be checked right now. Try again in a few seconds.") from error
    return None


def _verified(token: str, endpoint: str) -> Identity:
    tokens = services().deps.tokens
    try:
        return tokens.verify(token, check_revoked=endpoint in REVOCATION_CHECKED)
    except OperatingError:
        if endpoint not in STOPS:
            raise
        return tokens.verify(token)


def _bearer_token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_MAX or not token.isascii():
        raise Unauthenticated("The Authorization header is malformed: it must be `Bearer` and an ID token.")
    return token


def _challenge() -> Response:
    """A request without credentials is told the scheme and no error code (RFC 6750, section 3.1)."""
    detail = "The token is missing: send `Authorization: Bearer` and a Firebase ID token."
    problem = Problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})
    return problem.response()
