"""The API's description: its title, its security scheme, and the file docs/contract/openapi.json, which

    python -m engine.api.openapi_document docs/contract/openapi.json

writes and a test compares. Fed by the routes and their models.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import orjson
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.openapi import OpenAPI

from engine.api.dependencies import VERSION
from engine.api.described import SECURITY_SCHEME
from engine.api.models.answers import ProblemDocument
from engine.api.problems import refuse_fields
from engine.api.routes import BLUEPRINTS

_ABOUT = """Trading bots, and what they do with your money.

Every answer says `as_of`, the wall time its content was true at, and carries an `X-Request-Id`. Errors are
`application/problem+json`. Writes accept an `Idempotency-Key`: the same key with the same request gets the first answer
again, for a day. A command that the engine must carry out answers 202 with a `command_id`; with `?wait=seconds` it
answers with the result, if there is one by then."""


def described_app(version: str) -> OpenAPI:
    """A Flask app with every route registered and described, and nothing else yet."""
    app = OpenAPI(
        "engine.api",
        info=Info(title="Lockstep", version=version, description=_ABOUT),
        security_schemes={SECURITY_SCHEME: SecurityScheme(
            type="http", scheme="bearer", bearerFormat="JWT", description="A Firebase ID token.",
        )},
        validation_error_status=400,
        validation_error_model=ProblemDocument,
        validation_error_callback=refuse_fields,
        doc_ui=False,
        static_folder=None,
    )  # fmt: skip
    app.url_map.merge_slashes = False  # `//health` is no address of ours, rather than a redirect
    for blueprint in BLUEPRINTS:
        app.register_api(blueprint)
    return app


def document(version: str) -> dict[str, Any]:
    """The description as GET /openapi.json answers it."""
    described: dict[str, Any] = described_app(version).api_doc
    return described


def file_form(described: dict[str, Any]) -> bytes:
    """The description as the file holds it: a line a value, so that a change reads well in a review."""
    return orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Write the API's description.")
    parser.add_argument("path", type=Path, help="the file to write, docs/contract/openapi.json")
    parser.parse_args().path.write_bytes(file_form(document(VERSION)))


if __name__ == "__main__":
    main()
