"""Runs vitest's rules tests on the emulator, and holds the collections they try to those of the contract page."""

import re
import subprocess

import pytest

from local.errors import MissingPartError
from local.firestore import FirestoreEmulator
from local.node import find_node
from local.places import ROOT, RULES

FOLDER = ROOT / "tests" / "rules"
VITEST = FOLDER / "node_modules" / "vitest" / "vitest.mjs"
DOCUMENTS = ROOT / "docs" / "contract" / "documents.md"
NOT_FOR_CLIENTS = {"leases", "broker_credentials"}
A_DOCUMENT = re.compile(r"`([a-z_]+)/(?:\{|service)")
AN_ALLOW = re.compile(r"match /([a-z_]+)/\{\w+\} \{ allow ([\w, ]+): if")


def test_a_client_reads_what_is_its_users_and_writes_nothing(
    firestore_emulator: FirestoreEmulator, firestore_project: str
) -> None:
    if not VITEST.exists():
        pytest.fail(str(MissingPartError("vitest for the rules tests", "make setup")), pytrace=False)
    node = find_node()
    environment = {
        **node.environment(),
        "FIRESTORE_EMULATOR_HOST": firestore_emulator.host,
        "LOCKSTEP_RULES_PROJECT": firestore_project,
        "NO_COLOR": "1",
    }
    ran = subprocess.run(
        [str(node.program), str(VITEST), "run"],
        cwd=FOLDER, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert re.search(r"Tests\s+\d{3,} passed", ran.stdout), ran.stdout[-2000:]


def test_the_rules_open_exactly_the_collections_of_the_contract_page() -> None:
    written = set(A_DOCUMENT.findall(DOCUMENTS.read_text()))
    opened = dict(AN_ALLOW.findall(RULES.read_text()))
    assert set(opened) == written - NOT_FOR_CLIENTS
    assert {name: verbs for name, verbs in opened.items() if verbs != "get, list"} == {"users": "get"}


def test_the_rules_tests_try_every_collection_that_the_rules_open() -> None:
    owned = re.search(r"OWNED = \[(.*?)\]", (FOLDER / "collections.ts").read_text(), re.DOTALL)
    assert owned is not None
    assert set(re.findall(r'"(\w+)"', owned[1])) == set(dict(AN_ALLOW.findall(RULES.read_text()))) - {"users"}
