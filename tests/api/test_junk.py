"""Nothing that a client can send is a 5xx, and every error is a problem document: over every route there is, with
bodies, queries, headers and ids made up by hypothesis.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import World
from tests.api.routes_of import Target, targets
from tests.api.world import ASHA, ASHAS

FIELDS = [
    "strategy", "symbols", "id", "name", "parameters", "timeframe", "sizing", "exits", "desired", "account_id", "kind",
    "value", "stop_pct", "reason", "positions_max", "notional_min", "buy_at", "confirm_s",
]  # fmt: skip
WORDS = [
    "confluence", "INFY", "NIFTY50", "1m", "running", "equity_pct", ASHAS, "drift", "2026-03-02", "all", "day",
    "accepted", "0", "200", "1e400", "A/B", "__x__", "..", "0001-01-01", "9999-12-31T23:59:59+14:00", "NaN",
]  # fmt: skip
PARAMETERS = [
    "limit", "cursor", "bot_id", "symbol", "state", "outcome", "account_id", "wait", "period", "day", "q", "timeframe",
    "from", "to", "nonsense",
]  # fmt: skip

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20), st.sampled_from(WORDS),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
good_bot = {"strategy": "confluence", "symbols": ["INFY"], "name": "Any"}
bodies = st.one_of(
    st.none(),
    st.binary(max_size=40),
    values.map(orjson.dumps),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=6).map(orjson.dumps),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=2).map(lambda more: orjson.dumps({**good_bot, **more})),
)
queries = st.dictionaries(st.sampled_from(PARAMETERS), st.sampled_from(WORDS) | st.text(max_size=12), max_size=3)
ids = st.none() | st.text(min_size=1, max_size=30) | st.sampled_from(WORDS)
types = st.sampled_from(
    ["application/json", "application/json; charset=utf-16", "text/plain", "", "application/x+json"]
)
keys = st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)


def check(
    world: World, target: Target, body: bytes | None, query: dict[str, str], sent: dict[str, str], document: str | None
) -> None:
    path = target.path
    if target.owned and document is not None:
        parts = path.split("/")
        path = "/".join([*parts[:4], quote(document, safe=""), *parts[5:]])
    answer = world.app.test_client().open(path, method=target.method, data=body, query_string=query, headers=sent)
    told: Any = (str(target), path, query, body, answer.status_code, answer.get_data(as_text=True)[:500])
    assert answer.status_code < 500, told
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", told
        assert {"type", "title", "status", "detail", "as_of"} <= set(answer.json), told
    else:
        assert "as_of" in answer.json, told


@settings(
    max_examples=600, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), body=bodies, query=queries, content_type=types, key=keys, document=ids)
def test_no_junk_is_a_5xx_on_any_route(
    world: World,
    data: st.DataObject,
    body: bytes | None,
    query: dict[str, str],
    content_type: str,
    key: str | None,
    document: str | None,
) -> None:
    target = data.draw(st.sampled_from(targets(world.app)))
    sent = {"Authorization": f"Bearer token-{ASHA}", "Content-Type": content_type}
    if key is not None:
        sent["Idempotency-Key"] = key
    check(world, target, body, query, sent, document)


parts = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.sampled_from(["time", "plain", "____", "\ud800", "0001-01-01T00:00:00+23:59", *WORDS]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forged=st.lists(parts, max_size=4), path=st.sampled_from(["orders", "bots", "fills", "positions"]))
def test_no_forged_cursor_is_a_5xx(world: World, forged: list[Any], path: str) -> None:
    cursor = urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    answer = world.call("GET", f"/{path}", query_string={"cursor": cursor})
    assert answer.status_code in {200, 400}, (forged, answer.json)
