"""A refusal that is in no list stops entries: whoever checks the broker is told so, and what to do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.bootstrap.examining import stopped_entries
from engine.domain.errors import OutcomeUnknown
from engine.domain.findings import Grade
from tests.adapters.brokers.angelone.order_desk import limit_order, order_desk


def test_the_check_shows_that_entries_are_stopped_and_why(tmp_path: Path) -> None:
    with order_desk(tmp_path) as desk:
        angel: Any = SimpleNamespace(made_broker=desk.venue)
        assert list(stopped_entries(angel)) == []
        desk.angel.fault("placeOrder", "refused", code="AB7777")
        with pytest.raises(OutcomeUnknown):
            desk.venue.submit(limit_order())
        (found,) = stopped_entries(angel)
        assert (found.name, found.grade) == ("entries", Grade.RED)
        assert "AB7777" in found.says


def test_an_account_whose_orders_do_not_go_there_has_nothing_to_stop() -> None:
    nowhere: Any = SimpleNamespace(made_broker=None)
    assert list(stopped_entries(nowhere)) == []
