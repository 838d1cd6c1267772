"""Every query of the service and of the client has its index, and a query without one is found."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.queries import QUERIES, QueryShape
from local.errors import StackError
from local.places import ROOT
from tests.architecture.index_rules import CLIENT_DECLARES, of_the_client, of_the_service, uncovered, undeclared, unused

INDEXES: dict[str, Any] = json.loads((ROOT / "firestore.indexes.json").read_text())
EXEMPTIONS_MAX = 200  # a database's, https://firebase.google.com/docs/firestore/quotas
OWN = ("user_id", "account_id")


@pytest.fixture(scope="module")
def queries() -> list[Any]:
    try:
        return [*of_the_service(QUERIES), *of_the_client(ROOT, ROOT / CLIENT_DECLARES)]
    except StackError as error:
        pytest.fail(str(error), pytrace=False)


def test_every_query_has_its_index(queries: list[Any]) -> None:
    assert uncovered(queries, INDEXES) == []


def test_every_index_has_its_query(queries: list[Any]) -> None:
    assert unused(queries, INDEXES) == []


def test_no_query_is_made_that_no_table_declares() -> None:
    assert list(undeclared(ROOT)) == []


def test_the_client_asks_for_its_own_in_every_query() -> None:
    found = of_the_client(ROOT, ROOT / CLIENT_DECLARES)
    assert len(found) > 10
    assert [str(query) for query in found if "user_id" not in query.equal] == []


def test_the_exemptions_are_fields_of_the_contract_page_and_few_enough() -> None:
    page = (ROOT / "docs" / "contract" / "documents.md").read_text()
    words = set(re.findall(r"\w+", page))
    named = [(each["collectionGroup"], each["fieldPath"]) for each in INDEXES["fieldOverrides"]]
    assert [each for each in named if not words.issuperset(each)] == []
    assert len(set(named)) == len(named) <= EXEMPTIONS_MAX


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (QueryShape("fills", (*OWN, "side"), order="filled_at"), "no composite index"),
        (
            QueryShape("fills", OWN, optional=("order_id",), order="filled_at"),
            "fills where account_id, order_id, user_id",
        ),
        (QueryShape("fills", OWN, order="price"), "no composite index"),
        (QueryShape("orders", ("account_id",), one_of="state", order="created_at"), "no composite index"),
        (QueryShape("bots", (*OWN, "status")), "bots where account_id, status, user_id: status is exempt"),
        (QueryShape("alerts", (), order="at"), "alerts where  ordered by at DESCENDING: at is exempt"),
    ],
)
def test_a_query_of_the_service_without_an_index_is_found(shape: QueryShape, says: str) -> None:
    found = uncovered(of_the_service((*QUERIES, shape)), INDEXES)
    assert len(found) == 1
    assert says in found[0]


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ('=> newest(owner, "alerts", "severity", 5)', "ordered by severity DESCENDING"),
        (
            '=> ({ ...queries.fills(owner), order: { field: "filled_at", direction: "asc" } })',
            "ordered by filled_at ASCENDING",
        ),
        (
            "=> ({ ...queries.alerts(owner), "
            'filters: [...own(owner), ...(optional ? [is("acknowledged_by", optional)] : [])] })',
            "alerts where account_id, acknowledged_by, user_id",
        ),
        (
            '=> ({ collection: "fills", filters: [...own(owner), { field: "price", op: ">=", value: 1 }] })',
            "ordered by price ASCENDING",
        ),
    ],
)
def test_a_query_of_the_client_without_an_index_is_found(tmp_path: Path, added: str, says: str) -> None:
    table, text = "export const queries = {", (ROOT / CLIENT_DECLARES).read_text()
    assert table in text
    planted = tmp_path / "queries.ts"
    planted.write_text(text.replace(table, f"{table}\n  planted: (owner, optional) {added},"))
    found = uncovered(of_the_client(ROOT, planted), INDEXES)
    assert len(found) == 1
    assert says in found[0]


def test_an_index_that_no_query_needs_is_found() -> None:
    without_orders = [shape for shape in QUERIES if shape.collection != "orders"]
    found = unused([*of_the_service(without_orders)], INDEXES)
    assert found
    assert all(line.startswith("orders where") for line in found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("engine/api/lists.py", 'store.collection("fills").where("price", ">", 1)'),
        ("engine/runtime/recovery.py", "from google.cloud.firestore_v1.base_query import FieldFilter"),
        ("engine/research/replay.py", 'list(client.collection_group("fills").stream())'),
        ("functions/main.py", 'store.collection("fills").order_by("price")'),
        ("web/src/panes/FillsPane.tsx", 'import { collection, query, where } from "firebase/firestore";'),
        ("web/src/panes/FillsPane.tsx", 'useLive({ collection: "fills", filters: [] });'),
    ],
)
def test_a_query_made_past_the_tables_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    assert [line.partition(":")[0] for line in undeclared(tmp_path)][:1] == [name]
