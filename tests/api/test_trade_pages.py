"""A page of trades is read again when a trade has closed, when it may have been read too early, and now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.api.trade_pages import KEPT_S, PAGES_MAX, SETTLED_S, UNSETTLED_S, Key, TradePages
from engine.ports import Fields, Page, Transaction
from tests.api.conftest import World
from tests.api.world import ASHAS, BELA, START, HandClock, put

OLD = START - timedelta(seconds=SETTLED_S)


class Shelf:
    """Pages on a clock set by hand; counts what was read."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.pages = TradePages(self.clock)
        self.reads = 0

    def ask(self, key: Key = ("all",), version: Key = (1,), moved_at: datetime | None = OLD) -> int:
        """The number that the page read has."""

        def read() -> Page:
            self.reads += 1
            return Page([{"id": str(self.reads)}], None)

        return int(self.pages.page(key, version, moved_at, read).items[0]["id"])


def test_a_settled_page_is_read_once_while_no_trade_closes_and_anew_after_a_minute() -> None:
    shelf = Shelf()
    assert [shelf.ask() for _ in range(3)] == [1, 1, 1]
    shelf.clock.elapsed_s += KEPT_S - 0.1
    assert shelf.ask() == 1
    shelf.clock.elapsed_s += 0.1
    assert shelf.ask() == 2


def test_a_trade_that_closed_is_read_at_once() -> None:
    shelf = Shelf()
    assert (shelf.ask(), shelf.ask(version=(2,)), shelf.ask(version=(2,))) == (1, 2, 2)


def test_a_page_read_right_after_the_roll_up_moved_is_read_again_until_it_has_settled() -> None:
    for moved_at in (START, None):  # told by the roll-up, or seen here
        shelf = Shelf()
        for second in range(1, int(SETTLED_S) + 1):
            assert (shelf.ask(moved_at=moved_at), shelf.ask(moved_at=moved_at)) == (second, second)
            shelf.clock.elapsed_s += UNSETTLED_S
        assert shelf.ask(moved_at=moved_at) == int(SETTLED_S) + 1
        shelf.clock.elapsed_s += KEPT_S - 0.1
        assert shelf.ask(moved_at=moved_at) == int(SETTLED_S) + 1


def test_each_question_has_its_own_page_and_the_oldest_are_let_go() -> None:
    shelf = Shelf()
    for number in range(PAGES_MAX + 1):
        shelf.ask(key=(number,))
    assert shelf.reads == PAGES_MAX + 1
    shelf.ask(key=(PAGES_MAX,))
    shelf.ask(key=(1,))
    assert shelf.reads == PAGES_MAX + 1
    shelf.ask(key=(0,))
    assert shelf.reads == PAGES_MAX + 2


def test_over_http_a_new_trade_is_listed_as_soon_as_the_roll_up_counts_it(world: World) -> None:
    def ids(path: str = "/trades") -> list[str]:
        return [item["id"] for item in world.call("GET", path).json["items"]]

    def counted(transaction: Transaction) -> Fields:
        transaction.update("profits", f"{ASHAS}_all", {"trades": 5})
        return {}

    assert ids() == ["TRADE"]
    model = world.documents.get("closed_trades", "TRADE")
    assert model is not None
    later = {**{key: value for key, value in model.items() if key != "id"}, "exit_at": START + timedelta(minutes=1)}
    put(world.documents, ASHAS, ("closed_trades", "LATER", later))
    assert ids() == ["TRADE"]
    world.documents.change(ASHAS, counted)
    assert ids() == ["LATER", "TRADE"]
    assert ids("/trades?bot_id=other") == []
    assert ids("/trades?limit=1") == ["LATER"]


def test_over_http_nobody_gets_anothers_page(world: World) -> None:
    assert [item["id"] for item in world.call("GET", "/trades").json["items"]] == ["TRADE"]
    assert [item["id"] for item in world.call("GET", "/trades", uid=BELA).json["items"]] == ["TRADE-b"]
    assert world.call("GET", f"/trades?account_id={ASHAS}", uid=BELA).status_code == 404
