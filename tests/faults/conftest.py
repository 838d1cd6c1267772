"""A fake Firestore and a way out that ends in it, one of each a test. Fed by nothing; feeds the tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.fault_proxy import FaultProxy
from tests.faults.hasty import Hasty

CHANCE = 0.004  # rests of 4 to 128 ms instead of 1 to 32 s


@pytest.fixture
def fake() -> Iterator[FakeFirestore]:
    """An empty one, on a free port."""
    fake = FakeFirestore()
    yield fake
    fake.stop()


@pytest.fixture
def out(tmp_path: Path, fake: FakeFirestore) -> Iterator[WayOut]:
    """A running way out, lease taken, to the fake itself."""
    out = WayOut(tmp_path / "test.journal", "demo-fake", fake.host, CHANCE)
    out.start()
    yield out
    out.stop()
    out.wire.close()


@pytest.fixture
def proxy(fake: FakeFirestore) -> Iterator[FaultProxy]:
    """A network between the way out and the fake."""
    proxy = FaultProxy(fake.host)
    yield proxy
    proxy.close()


@pytest.fixture
def far_out(tmp_path: Path, proxy: FaultProxy) -> Iterator[WayOut]:
    """A running way out, lease taken, through the proxy; its wire gives a call up after a second."""
    out = WayOut(tmp_path / "test.journal", "demo-fake", proxy.host, CHANCE)
    out.wire = Hasty(out.wire, 1.0)  # type: ignore[assignment]
    out.start()
    yield out
    out.stop()
    out.wire.close()
