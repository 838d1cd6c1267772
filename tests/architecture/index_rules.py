"""Which queries are made of Firestore, and which of them firestore.indexes.json leaves out. Used by the test beside it.

The emulator answers any query, production only those that have an index, so the two are compared without running them.
What needs what: https://firebase.google.com/docs/firestore/query-data/index-overview. Equalities alone are answered
from the fields' own indexes; with an order, or a range, a composite index of exactly those fields is asked for here.
(Firestore may merge smaller ones; that is not relied on.)
"""

import ast
import itertools
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import MissingPartError
from local.node import find_node

CLIENT_QUERIES = Path(__file__).with_name("client_queries.mjs")
ID = "__name__"
BUILDERS = {"where", "order_by", "collection_group", "stream", "run_query", "list_documents", "on_snapshot"}
MAY_BUILD = {"engine/adapters/firestore"}  # the room that turns the declared queries into requests
MAY_LIST = {"functions/heartbeat.py"}  # all documents of a collection, by id: no index
CLIENT_BUILDERS = {
    "query",
    "where",
    "orderBy",
    "collection",
    "collectionGroup",
    "doc",
    "getDoc",
    "getDocs",
    "and",
    "or",
}
CLIENT_MAY_BUILD = "web/src/live/listen.ts"
CLIENT_DECLARES = "web/src/queries.ts"


@dataclass(frozen=True)
class Query:
    """Documents of `collection` with these fields equal, in this order; a ranged field is the first of the order."""

    collection: str
    equal: frozenset[str]
    order: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        order = ", ".join(f"{field} {direction}" for field, direction in self.order)
        return f"{self.collection} where {', '.join(sorted(self.equal))}" + (f" ordered by {order}" if order else "")


def of_the_service(shapes: Iterable[Any]) -> list[Query]:
    """The service's, from its table of QueryShapes, with each choice of the optional filters."""
    found = []
    for shape in shapes:
        always = {*shape.equal, *([shape.one_of] if shape.one_of else [])}
        order = ((shape.order, "DESCENDING"),) if shape.order else ()
        for count in range(len(shape.optional) + 1):
            for chosen in itertools.combinations(shape.optional, count):
                found.append(Query(shape.collection, frozenset({*always, *chosen}), order))
    return found


def of_the_client(root: Path, file: Path) -> list[Query]:
    """The client's, by running its table of queries. Raises MissingPartError, AssertionError where it does not run."""
    typescript = root / "web" / "node_modules" / "typescript" / "lib" / "typescript.js"
    if not typescript.exists():
        raise MissingPartError("the dashboard's TypeScript", "make setup")
    command = [str(find_node().program), str(CLIENT_QUERIES), str(typescript), str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr
    return [_of_the_client(made) for made in json.loads(ran.stdout)]


def _of_the_client(made: dict[str, Any]) -> Query:
    equal = frozenset(each["field"] for each in made["filters"] if each["op"] in ("==", "in"))
    ranged = {each["field"] for each in made["filters"]} - equal
    order = [(made["order"]["field"], _direction(made["order"]["direction"]))] if "order" in made else []
    order = [(field, "ASCENDING") for field in sorted(ranged) if field not in dict(order)] + order
    return Query(made["collection"], equal, tuple(each for each in order if each != (ID, "ASCENDING")))


def _direction(word: str) -> str:
    return {"asc": "ASCENDING", "desc": "DESCENDING"}[word]


def uncovered(queries: Iterable[Query], indexes: dict[str, Any]) -> list[str]:
    """A line for each query that production would refuse with these indexes, and why."""
    composite = {_composite(index) for index in indexes["indexes"]}
    exempt = {(each["collectionGroup"], each["fieldPath"]) for each in indexes["fieldOverrides"] if not each["indexes"]}
    found = []
    for query in dict.fromkeys(queries):
        if query.order and (query.equal or len(query.order) > 1):
            if query not in composite:
                found.append(f"{query}: no composite index")
            continue
        fields = query.equal | {field for field, _ in query.order}
        found += [f"{query}: {field} is exempt" for field in sorted(fields) if (query.collection, field) in exempt]
    return found


def unused(queries: Iterable[Query], indexes: dict[str, Any]) -> list[str]:
    """A line for each composite index that no query needs; every write pays for it."""
    needed = set(queries)
    return [str(index) for index in map(_composite, indexes["indexes"]) if index not in needed]


def _composite(index: dict[str, Any]) -> Query:
    """The query that an index answers: equality on all its fields but the last, in the last one's order."""
    *equal, last = index["fields"]
    assert all("order" in field for field in index["fields"]), "array and vector indexes are not understood here"
    order = ((last["fieldPath"], last["order"]),)
    return Query(index["collectionGroup"], frozenset(field["fieldPath"] for field in equal), order)


def undeclared(root: Path) -> Iterator[str]:
    """Places that build a query elsewhere than where they are declared, so that no table knows of it."""
    for path in sorted([*root.glob("engine/**/*.py"), *root.glob("functions/*.py")]):
        name = path.relative_to(root).as_posix()
        if name not in MAY_LIST and not any(name.startswith(f"{room}/") for room in MAY_BUILD):
            yield from (f"{name}:{line}" for line in _building_lines(path.read_text()))
    for path in sorted([*root.glob("web/src/**/*.ts"), *root.glob("web/src/**/*.tsx")]):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        if name != CLIENT_MAY_BUILD and _client_imports(text) & CLIENT_BUILDERS:
            yield f"{name}: builds a query of its own"
        if name not in (CLIENT_DECLARES, CLIENT_MAY_BUILD) and re.search(r"\bfilters:\s*\[", text):
            yield f"{name}: declares a query of its own"


def _building_lines(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BUILDERS:
            receiver = node.func.value
            if not (isinstance(receiver, ast.Name) and receiver.id in ("np", "numpy")):
                yield node.lineno
        elif isinstance(node, ast.Name | ast.alias):
            named = node.id if isinstance(node, ast.Name) else node.name.rpartition(".")[2]
            if named in ("FieldFilter", "StructuredQuery", "structured_query"):
                yield node.lineno


def _client_imports(text: str) -> set[str]:
    """The names a TypeScript file imports from Firestore's SDK."""
    found = re.findall(r"import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*[\"']firebase/firestore(?:/lite)?[\"']", text)
    return {name.strip().removeprefix("type ").split(" as ")[0] for names in found for name in names.split(",")}
