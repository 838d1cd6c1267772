"""Keeps the long checks and those on real data out of `make test`: they run when `make prove` names their data."""

import os

import pytest

if not os.environ.get("LOCKSTEP_PROVE_DATA"):
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "prove: a long check, or one on real data; collected by `make prove` alone")
