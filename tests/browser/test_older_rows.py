"""Lists that go back further than their newest rows: page by page, without a hole, and as they are now."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard
from tests.browser.seeded_account import Seeded

Visit = Callable[..., Dashboard]
ORDERS = 120  # two whole pages and a part
AT_ONCE = 70  # more than a page of one moment: their ids alone order them


@pytest.fixture
def account(stack: Stack) -> Seeded:
    """An account with so many orders and no other; `o-000` is the newest, as its lists will show it."""
    account = stack.seed()
    batch = account.client.batch()
    pattern = None
    for document in account.client.collection("orders").stream():
        pattern = document.to_dict()
        batch.delete(document.reference)
    assert pattern is not None
    for number in range(ORDERS):
        # Of the same moment, a later id comes first in a list that is newest first.
        at = account.day.at(13, 40) - timedelta(microseconds=max(0, number - AT_ONCE))
        fields = {**pattern, "created_at": at, "state": "filled", "symbol": f"S{number:03}", "reason": None}
        batch.set(account.client.document(f"orders/o-{999 - number}"), fields)
    batch.commit()
    return account


def symbols(pane: Locator) -> list[str]:
    """The symbols of its rows, from above."""
    return pane.locator("tbody td.who b").all_inner_texts()


def test_orders_go_back_page_by_page_and_none_is_left_out(account: Seeded, visit: Visit) -> None:
    dashboard = visit().use_demo_account().go("Fills")
    expect(dashboard.pane("Fills").locator("tbody tr").first).to_be_visible()
    expect(dashboard.page.get_by_role("button", name="Show older ones")).to_have_count(0)
    pane = dashboard.go("Orders").pane("Orders")
    rows = pane.locator("tbody tr")
    expect(rows).to_have_count(50)
    pane.get_by_role("button", name="Show older ones").click()
    expect(rows).to_have_count(100)
    newest = account.client.document("orders/o-999").get().to_dict() or {}
    later = {**newest, "created_at": account.day.at(13, 41), "symbol": "LATER"}
    account.client.document("orders/later").set(later)
    expect(rows).to_have_count(101)
    pane.get_by_role("button", name="Show older ones").click()
    expect(rows).to_have_count(ORDERS + 1)
    assert symbols(pane) == ["LATER", *(f"S{number:03}" for number in range(ORDERS))]
    expect(pane).to_contain_text("121 in all; there are no older ones.")
    account.change(f"orders/o-{999 - 110}", state="cancelled")
    expect(rows.filter(has_text="S110"), "an old order is shown as it is now").to_contain_text("Cancelled")
    pane.get_by_label("Filter by symbol or bot").fill("S077")
    expect(rows).to_have_count(1)
