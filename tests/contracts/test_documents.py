"""What Documents promises the API: pages, opaque cursors, changes that are whole and move the account's generation."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import InvalidValue, InvariantBroken, OutcomeUnknown, PermanentFailure
from engine.ports import Fields, Transaction
from tests.contracts.test_record_store import seed

START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
MINE = {"user_id": "me", "account_id": "account-id-1"}


@pytest.fixture
def documents(wire: Wire) -> FirestoreDocuments:
    seed(wire, "accounts", "account-id-1", **MINE, mode="paper")
    return FirestoreDocuments(wire, SystemClock(), lambda: 0.5)


def seed_fills(wire: Wire, numbers: range, **given: Any) -> None:
    for number in numbers:
        fields = {**MINE, "symbol": "SBIN", "filled_at": START + timedelta(minutes=number // 2), **given}
        seed(wire, "fills", f"fill-{number:02d}", **fields)


def all_pages(documents: FirestoreDocuments, collection: str, order: str | None, limit: int) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = documents.page(collection, MINE, order, limit, cursor)
        assert len(page.items) <= limit
        ids += [item["id"] for item in page.items]
        cursor = page.cursor
        if cursor is None:
            return ids


def test_a_document_is_read_with_its_id_and_a_missing_one_is_none(documents: FirestoreDocuments) -> None:
    assert documents.get("accounts", "account-id-1") == {**MINE, "mode": "paper", "id": "account-id-1"}
    assert documents.get("accounts", "paper-other") is None


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_go_newest_first_without_gap_or_repeat_also_where_times_are_equal(
    wire: Wire, documents: FirestoreDocuments, limit: int
) -> None:
    seed_fills(wire, range(10))
    seed_fills(wire, range(10, 12), user_id="another")
    seed_fills(wire, range(12, 14), account_id="paper-other")
    assert all_pages(documents, "fills", "filled_at", limit) == [f"fill-{number:02d}" for number in range(9, -1, -1)]


def test_a_list_without_an_order_goes_by_id(wire: Wire, documents: FirestoreDocuments) -> None:
    for period in ("week", "all", "month", "day"):
        seed(wire, "profits", f"paper-test_{period}", **MINE, period=period)
    assert [name.rpartition("_")[2] for name in all_pages(documents, "profits", None, 3)] == [
        "all",
        "day",
        "month",
        "week",
    ]


def test_filters_are_exact(wire: Wire, documents: FirestoreDocuments) -> None:
    seed_fills(wire, range(3), bot_id="alpha")
    seed_fills(wire, range(3, 5), bot_id="beta")
    page = documents.page("fills", {**MINE, "bot_id": "beta", "symbol": "SBIN"}, "filled_at", 10, None)
    assert [item["id"] for item in page.items] == ["fill-04", "fill-03"]
    assert page.items[0]["filled_at"] == START + timedelta(minutes=2)


@pytest.mark.parametrize("cursor", ["", "?", "bm90IG9ucw", "WyJhL2IiLCJwbGFpbiIsMV0", "WyJhIiwidGltZSIsIngiXQ", "ü"])
def test_a_cursor_that_is_none_of_ours_is_refused(documents: FirestoreDocuments, cursor: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        documents.page("fills", MINE, "filled_at", 10, cursor)
    assert refused.value.field == "cursor"


def test_a_list_that_no_index_covers_is_never_asked_for(documents: FirestoreDocuments) -> None:
    with pytest.raises(InvariantBroken, match="charges"):
        documents.page("fills", {**MINE, "charges": 3}, "filled_at", 10, None)


def test_a_change_moves_the_generation_and_returns_what_it_returned(documents: FirestoreDocuments) -> None:
    def create(transaction: Transaction) -> Fields:
        assert transaction.get("bots", "alpha") is None
        transaction.create("bots", "alpha", {**MINE, "sizing": {"kind": "quantity", "value": 1.0}, "name": "Alpha"})
        return {"id": "alpha"}

    assert documents.change("account-id-1", create) == {"id": "alpha"}
    controls = documents.get("controls", "account-id-1") or {}
    assert (controls["generation"], controls["user_id"], controls["mode"]) == (1, "me", "paper")
    documents.change("account-id-1", lambda t: t.update("bots", "alpha", {"sizing.value": 2.5, "name": "A"}) or {})
    bot = documents.get("bots", "alpha") or {}
    assert (bot["sizing"], bot["name"]) == ({"kind": "quantity", "value": 2.5}, "A")
    assert (documents.get("controls", "account-id-1") or {})["generation"] == 2


@pytest.mark.parametrize("account_id", ["account-id-1", "service"])
def test_a_change_may_write_the_controls_themselves(documents: FirestoreDocuments, account_id: str) -> None:
    def halt(transaction: Transaction) -> Fields:
        if transaction.get("controls", account_id) is None:
            transaction.create("controls", account_id, {"halted": True})
        else:
            transaction.update("controls", account_id, {"halted": False})
        return {}

    documents.change(account_id, halt)
    assert (documents.get("controls", account_id) or {})["generation"] == 1
    documents.change(account_id, halt)
    controls = documents.get("controls", account_id) or {}
    assert (controls["generation"], controls["halted"]) == (2, False)


def test_a_change_that_fails_leaves_nothing(documents: FirestoreDocuments) -> None:
    def half(transaction: Transaction) -> Fields:
        transaction.create("bots", "alpha", {"name": "Alpha"})
        raise InvalidValue("symbols[0]", "unknown")

    with pytest.raises(InvalidValue):
        documents.change("account-id-1", half)
    with pytest.raises(PermanentFailure):
        documents.change("account-id-1", lambda t: t.update("bots", "alpha", {"name": "?"}) or {})
    assert documents.get("bots", "alpha") is None
    assert documents.get("controls", "account-id-1") is None


def test_what_was_read_and_then_changed_by_another_is_read_again(wire: Wire, documents: FirestoreDocuments) -> None:
    seed(wire, "bots", "alpha", generation=1, name="Alpha")
    seed(wire, "bots", "beta", generation=1)
    interventions = [lambda: seed(wire, "bots", "alpha", name="Omega"), lambda: None]
    names: list[str] = []

    def copy_name(transaction: Transaction) -> Fields:
        alpha = transaction.get("bots", "alpha") or {}
        names.append(alpha["name"])
        interventions.pop(0)()
        transaction.update("bots", "beta", {"name": alpha["name"]})
        return {}

    documents.change("account-id-1", copy_name)
    assert names == ["Alpha", "Omega"]
    assert (documents.get("bots", "beta") or {})["name"] == "Omega"


def test_changes_at_the_same_time_lose_no_update(wire: Wire, documents: FirestoreDocuments) -> None:
    seed(wire, "bots", "alpha", count=0)

    def add(transaction: Transaction) -> Fields:
        transaction.update("bots", "alpha", {"count": (transaction.get("bots", "alpha") or {})["count"] + 1})
        return {}

    def work() -> None:
        for _ in range(5):
            documents.change("account-id-1", add)

    _together(work, 3)
    assert (documents.get("bots", "alpha") or {})["count"] == 15
    assert (documents.get("controls", "account-id-1") or {})["generation"] == 15


def test_a_lost_reply_is_an_unknown_outcome_and_no_second_change() -> None:
    wire = MemoryWire()
    documents = FirestoreDocuments(wire, SystemClock(), lambda: 0.5)

    def lose(method: str) -> None:
        if method == "commit":
            wire.after = lambda _: None
            raise OutcomeUnknown("UNAVAILABLE: the reply was lost")

    wire.after = lose
    with pytest.raises(OutcomeUnknown):
        documents.change("account-id-1", lambda t: t.create("bots", "alpha", {"name": "Alpha"}) or {})
    assert (documents.get("controls", "account-id-1") or {})["generation"] == 1


def _together(work: Callable[[], None], count: int) -> None:
    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(work) for _ in range(count)]:
            done.result()
