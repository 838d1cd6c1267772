"""The judges of the kill proofs see what they are there for: a book and a store that part in one thing each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.service_kills import said_at
from tests.venue.in_step import out_of_step, sent_wrongly

AT = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
Documents = dict[str, dict[str, dict[str, Any]]]


class Shelf:
    """Documents by collection, as the store gives them."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def get(self, collection: str, document_id: str) -> dict[str, Any] | None:
        return self._documents[collection].get(document_id)

    def all_of(self, collection: str, account_id: str) -> dict[str, dict[str, Any]]:
        return self._documents[collection]


def order(identity: str, **changed: Any) -> dict[str, Any]:
    """An entry as the store has it."""
    common = {"bot_id": "one", "symbol": "TCS", "purpose": "entry", "state": "filled", "created_at": AT}
    return {"id": identity, **common, **changed}


def documents() -> Documents:
    """One entry, filled in full."""
    return {
        "orders": {"a": order("a")},
        "fills": {"f": {"venue_fill_id": "1"}},
        "open_positions": {"one_TCS": {"symbol": "TCS", "quantity": 5.0}},
        "accounts": {"live": {"truth": {"state": "in_step", "checked_at": AT}}},
    }


def book() -> dict[str, Any]:
    """The same at the venue."""
    held = [{"symbol": "TCS", "quantity": "5"}]
    return {"orders": [{"client_order_id": "a"}], "fills": [{"venue_fill_id": "1"}], "positions": held}


def judged(here: Documents, since: datetime = AT) -> list[str]:
    return out_of_step(book, Shelf(here), "live", since)  # type: ignore[arg-type]


def test_what_is_in_step_is_left_in_peace() -> None:
    assert judged(documents()) == []
    assert sent_wrongly(book(), documents()["orders"]) == []


@pytest.mark.parametrize(
    ("collection", "changed", "says"),
    [
        ("fills", {}, "fills differ by ['1']"),
        ("fills", {"f": {"venue_fill_id": "1"}, "g": {"venue_fill_id": "1"}}, "twice ['1']"),
        ("open_positions", {"one_TCS": {"symbol": "TCS", "quantity": 4.0}}, "positions"),
        ("orders", {"a": order("a", state="unknown")}, "order a is unknown"),
        ("accounts", {"live": {"truth": {"state": "differs", "checked_at": AT}}}, "truth"),
    ],
)
def test_each_way_of_being_out_of_step_is_named(collection: str, changed: dict[str, dict[str, Any]], says: str) -> None:
    (found,) = judged(documents() | {collection: changed})
    assert says in found


def test_a_comparison_of_before_counts_for_nothing() -> None:
    (found,) = judged(documents(), AT + timedelta(seconds=1))
    assert found.startswith("truth")


@pytest.mark.parametrize(
    ("sent", "orders", "says"),
    [
        (["a", "a"], {"a": order("a")}, "sent twice: a"),
        (["a", None], {"a": order("a")}, "carries no id"),
        (["a"], {"a": order("a", state="rejected")}, "rejected, and at the venue: a"),
        (["a", "b"], {"a": order("a"), "b": order("b", created_at=AT + timedelta(seconds=9))}, "2 orders for one leg"),
    ],
)
def test_each_order_that_went_wrongly_is_named(
    sent: list[str | None], orders: dict[str, dict[str, Any]], says: str
) -> None:
    (found,) = sent_wrongly({"orders": [{"client_order_id": name} for name in sent]}, orders)
    assert says in found


def test_the_instant_of_a_log_line_is_that_of_the_first() -> None:
    line = '{"time": "2026-01-05T0%s", "message": "trading"}'
    log = "\n".join(("Booting", line % "4:00:01.5Z", line % "5:00:00Z"))
    assert said_at(log, '"message": "trading"') == AT + timedelta(seconds=1.5)
    with pytest.raises(ValueError, match="the log holds no"):
        said_at(log, "live")
