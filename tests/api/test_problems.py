"""Whatever goes wrong is a problem document, and says nothing that it should not."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine.api.app import create_app
from engine.api.request_guard import BODY_MAX
from engine.domain.errors import OutcomeUnknown
from tests.api.conftest import World
from tests.api.world import ASHA, KnownTokens

ADDRESSES = [
    ("GET", "/api/v1/nothing", 404), ("POST", "/api/v1/nothing", 404), ("POST", "/nothing", 404),
    ("GET", "/api/v1/bots/", 404), ("GET", "/api//v1/bots", 404), ("GET", "/missing.js", 404),
    ("DELETE", "/api/v1/orders", 405), ("PUT", "/api/v1/bots", 405), ("BREW", "/api/v1/bots", 405),
    ("POST", "/health", 405),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ADDRESSES)
def test_a_wrong_address_or_method_is_a_problem_document(world: World, method: str, path: str, status: int) -> None:
    answer = world.app.test_client().open(path, method=method)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert set(answer.json) >= {"type", "title", "status", "detail", "as_of"}
    assert answer.headers["X-Request-Id"]
    if status == 405:
        assert "GET" in answer.headers["Allow"]


BODIES = [
    (b"{", "application/json", 400), (b"[]", "application/json", 400), (b'"{}"', "application/json", 400),
    (b"null", "application/json", 400), (b'{"a": NaN}', "application/json", 400),
    (b'{"name": "\\ud800"}', "application/json", 400), (b"[" * 5000, "application/json", 400),
    (b"\xff\xfe", "application/json", 400), (b'{"value": 1e999}', "application/json", 400),
    (b"strategy=x", "application/x-www-form-urlencoded", 415), (b"{}", "text/plain", 415), (b"{}", "", 415),
]  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "status"), BODIES)
def test_a_body_that_is_no_json_object_is_refused(world: World, body: bytes, content_type: str, status: int) -> None:
    before = world.everything()
    answer = world.call("POST", "/bots", data=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert world.everything() == before


@pytest.mark.parametrize("chunked", [False, True], ids=["of said length", "in chunks"])
def test_a_body_may_have_256_kb_and_not_a_byte_more(world: World, chunked: bool) -> None:
    def send(size: int) -> TestResponse:
        body = b'{"name": "'.ljust(size - 2, b"x") + b'"}'
        headers = {"Content-Type": "application/json"}
        if not chunked:
            return world.call("POST", "/bots", data=body, headers=headers)
        environ = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        return world.call("POST", "/bots", headers=headers, environ_overrides=environ)

    assert send(BODY_MAX).status_code == 400
    assert send(BODY_MAX).json["type"] == "urn:lockstep:problem:invalid-fields"
    for size in (BODY_MAX + 1, BODY_MAX + 2, 3 * BODY_MAX):
        answer = send(size)
        assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


def test_a_store_that_does_not_answer_is_a_503_with_retry_after(world: World) -> None:
    def away(_method: str) -> None:
        raise OutcomeUnknown("UNAVAILABLE: secret host name")

    world.wire.before = away
    for method, path in (("GET", "/bots"), ("POST", "/bots/drift/stop"), ("GET", "/portfolio/summary")):
        answer = world.call(method, path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.content_type == "application/problem+json"
        assert "secret" not in answer.get_data(as_text=True)


class BrokenTokens(KnownTokens):
    """A verifier with a bug."""

    def verify(self, token: str, *, check_revoked: bool = False) -> None:  # type: ignore[override]
        raise RuntimeError(f"bug with {token}")


def test_an_unexpected_exception_is_a_500_that_names_the_request_and_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    app: Flask = app_with(world, BrokenTokens())
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get(
            "/api/v1/bots", headers={"Authorization": f"Bearer token-{ASHA}", "X-Request-Id": "req-7"}
        )
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (500, "req-7")
    assert answer.json["detail"] == "Something went wrong on our side. The log has it under request req-7."
    said = answer.get_data(as_text=True)
    assert "bug" not in said
    assert "Traceback" not in said
    assert "req-7" in caplog.text


def app_with(world: World, tokens: KnownTokens) -> Flask:
    deps = world.app.extensions["lockstep"].deps
    return create_app(replace(deps, tokens=tokens))


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>"])
def test_a_request_id_that_is_none_is_replaced(world: World, given: str) -> None:
    answer = world.call("GET", "/bots", headers={"X-Request-Id": given})
    assert len(answer.headers["X-Request-Id"]) == 32


def test_a_query_parameter_that_no_route_knows_is_an_error(world: World) -> None:
    answer = world.call("GET", "/orders?bot=drift")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "bot")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "ten", "1e2", ""])
def test_a_limit_out_of_bounds_is_refused(world: World, limit: str) -> None:
    answer = world.call("GET", f"/orders?limit={limit}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "limit")


@pytest.mark.parametrize("cursor", ["zzz", "!!!", "é", "W10", "bnVsbA", "WyJhIiwicGxhaW4iLDFd" * 3])
def test_a_cursor_that_is_none_is_refused(world: World, cursor: str) -> None:
    answer = world.call("GET", f"/orders?cursor={cursor}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "cursor")
