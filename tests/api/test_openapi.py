"""The API's description: every route in it, and the file in docs the same as what the service answers."""

from __future__ import annotations

import re
from pathlib import Path

from engine.api.dependencies import VERSION
from engine.api.models.queries import Timeframe
from engine.api.openapi_document import document, file_form
from engine.domain.timeframe import TIMEFRAMES
from tests.api.conftest import World

FILE = Path(__file__).parents[2] / "docs" / "contract" / "openapi.json"
UNDESCRIBED = {"web_client.page", "web_client.config"}


def test_the_file_in_docs_is_what_the_service_answers(world: World) -> None:
    served = world.app.test_client().get("/openapi.json").json
    assert served == document(VERSION)
    assert FILE.read_bytes() == file_form(document(VERSION)), (
        "write it anew: .venv/bin/python -m engine.api.openapi_document docs/contract/openapi.json"
    )


def test_every_route_is_described_with_its_problems_and_its_lock(world: World) -> None:
    described = document(VERSION)
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in UNDESCRIBED:
            continue
        path = re.sub(r"<string:(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            operation = described["paths"][path][method.lower()]
            public = rule.endpoint.startswith("probes.")
            assert operation.get("security") == (None if public else [{"firebase": []}]), path
            assert "application/problem+json" in operation["responses"]["400"]["content"], path
            assert operation["summary"], path
            assert any(status.startswith("2") for status in operation["responses"]), path


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = document(VERSION)["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    described = document(VERSION)
    known = set(described["components"]["schemas"])
    named = set(re.findall(r'"#/(?:components/schemas|\$defs)/([^"]+)"', file_form(described).decode()))
    assert named <= known


def test_the_timeframes_of_the_api_are_those_of_the_engine() -> None:
    assert set(Timeframe.__args__) == set(TIMEFRAMES)
