"""What the screen must not claim: that all is stopped, well, closing or of today where it is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from google.cloud.firestore import DELETE_FIELD
from playwright.sync_api import expect

from tests.browser.conftest import OWNER, Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def test_stop_says_which_account_it_stops_that_the_engine_is_silent_and_gives_the_focus_back(
    stack: Stack, visit: Visit
) -> None:
    account = stack.seed(name="Practice")
    other = stack.seed(OWNER, "live-angelone", "Savings")
    other.change("accounts/live-angelone", mode="live", effective_mode="live")
    heard = datetime.now(UTC) - timedelta(minutes=3)
    account.change("accounts/paper-demo", **{"engine.heartbeat_at": heard})
    page = visit().use_demo_account().page
    page.get_by_role("button", name="Practice").click()
    page.get_by_role("button", name="Stop").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("This stops Practice (PAPER) alone. Not stopped: Savings (LIVE).")
    expect(sheet).to_contain_text("The engine has not been heard since")
    account.change("accounts/paper-demo", **{"engine.heartbeat_at": datetime.now(UTC) + timedelta(minutes=1)})
    expect(sheet).not_to_contain_text("The engine has not been heard")
    sheet.get_by_role("button", name="Cancel").click()
    expect(sheet).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_focused()


def test_a_broker_that_is_away_is_never_all_good(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit(viewport={"width": 390, "height": 800}).use_demo_account()
    vitals = dashboard.pane("Can the rest be believed")
    expect(vitals).to_contain_text("All good")
    until = datetime.now(UTC) + timedelta(hours=3)
    account.change("accounts/paper-demo", broker={"state": "away", "until": until})
    expect(vitals).to_contain_text("Out of reach")
    expect(vitals).not_to_contain_text("Session until")
    expect(vitals.get_by_text("All good")).to_have_count(0)


def test_a_close_that_the_engine_could_not_carry_out_says_why_and_may_be_asked_again(
    stack: Stack, visit: Visit
) -> None:
    account = stack.seed()
    stack.server.answers["POST /positions/bot-tech_INFY/close"] = (202, {"command_id": "c1"})
    dashboard = visit().use_demo_account().open("/positions").on("Positions")
    close = dashboard.page.get_by_role("button", name="Close INFY")
    row = dashboard.row("Open positions", "INFY")
    close.dblclick()  # in haste: the second press takes the first one back
    expect(close).to_be_enabled()
    assert not stack.server.calls("POST", "/positions/bot-tech_INFY/close")
    close.click()
    row.get_by_role("button", name="Sell 31 INFY now").click()
    expect(row).to_contain_text("Closing asked")
    account.client.document("commands/c1").set(
        {**account.who.owned(), "kind": "close_position", "state": "failed", "result": {"reason": "no price of INFY"}}
    )
    expect(row).to_contain_text("no price of INFY")
    expect(close).to_be_enabled()


def test_what_is_of_another_day_says_so_on_every_list(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    earlier = account.day.market_at - timedelta(days=3)
    order = next(iter(account.client.collection("orders").order_by("created_at").limit(1).stream()))
    account.change(f"orders/{order.id}", created_at=earlier)
    account.change("open_positions/bot-tech_INFY", entry_time=earlier)
    dashboard = visit().use_demo_account()
    day = f"{earlier:%d %b}"
    expect(dashboard.row("Open positions", "INFY")).to_contain_text(f"since {day}")
    dashboard.go("Orders")
    expect(dashboard.page.get_by_role("row").filter(has_text=day)).to_have_count(1)
    dashboard.go("Activity")
    expect(dashboard.page.get_by_role("listitem").filter(has_text=day)).to_have_count(1)


def test_a_screen_that_cannot_be_drawn_leaves_stop_and_the_other_screens(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    account.change("open_positions/bot-tech_INFY", tranches=DELETE_FIELD)
    expect(dashboard.page.get_by_text("This screen could not be drawn")).to_be_visible()
    expect(dashboard.page.get_by_role("button", name="Stop")).to_be_enabled()
    dashboard.go("Orders")
    expect(dashboard.page.get_by_text("This screen could not be drawn")).to_have_count(0)
