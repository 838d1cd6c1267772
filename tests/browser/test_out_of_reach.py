"""A screen that no longer hears the store says so, keeps its figures, and finds back by itself."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
SOON_MS = 60_000  # the notice waits 8 s, so that a blink of the network is nobody's business


def test_a_lost_store_is_told_with_since_when_and_its_figures_stay(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    expect(dashboard.row("Open positions", "INFY")).to_be_visible()
    dashboard.page.context.set_offline(True)
    notice = dashboard.page.get_by_role("alert")
    expect(notice).to_contain_text("Offline since", timeout=SOON_MS)
    expect(notice).to_contain_text("Your bots go on trading; this screen does not see them.")
    expect(dashboard.row("Open positions", "INFY")).to_be_visible()
    expect(dashboard.pane("Equity today").locator(".age")).to_contain_text("as of")

    dashboard.page.context.set_offline(False)
    expect(notice).to_have_count(0, timeout=SOON_MS)
    account.move(INFY=2000.0)
    expect(dashboard.row("Open positions", "INFY")).to_contain_text("2,000.00", timeout=SOON_MS)


def test_a_command_that_reached_nobody_says_that_nothing_is_known(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    dashboard.page.context.set_offline(True)
    dashboard.page.keyboard.press("Shift+S")
    sheet = dashboard.page.get_by_role("dialog")
    sheet.get_by_role("button", name="Stop now").click()
    expect(sheet).to_contain_text("could not be reached")
    expect(sheet).to_contain_text("close positions at your broker")


def test_a_refused_query_keeps_the_page_and_offers_to_try_again(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.set_rules("match /{path=**} { allow read, write: if false; }")
    dashboard = visit()
    dashboard.page.get_by_role("button", name="Use the demo account").click()
    expect(dashboard.page.get_by_text("Your accounts could not be read")).to_be_visible()
    stack.set_rules("match /{path=**} { allow read: if resource.data.user_id == request.auth.uid; }")
    dashboard.page.get_by_role("button", name="Try again").click()
    dashboard.on("Overview")


def test_one_refused_list_leaves_the_others_as_they_are(stack: Stack, visit: Visit) -> None:
    stack.seed()
    mine = "allow read: if resource.data.user_id == request.auth.uid"
    stack.set_rules(f"match /{{collection}}/{{id}} {{ {mine} && collection != 'fills'; }}")
    dashboard = visit().use_demo_account()
    expect(dashboard.pane("Fills")).to_contain_text("Fills could not be read")
    expect(dashboard.pane("Fills")).to_contain_text("permission-denied")
    expect(dashboard.row("Orders", "SBIN").first).to_be_visible()
    stack.set_rules(f"match /{{path=**}} {{ {mine}; }}")
    dashboard.pane("Fills").get_by_role("button", name="Try again").click()
    expect(dashboard.row("Fills", "RELIANCE")).to_be_visible()


def test_a_store_that_never_answered_is_told_before_any_account_is_known(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit()
    dashboard.page.route("**/google.firestore.v1.Firestore/Listen/**", lambda route: route.abort())
    dashboard.page.get_by_role("button", name="Use the demo account").click()
    expect(dashboard.page.get_by_text("The store is out of reach.")).to_be_visible(timeout=2 * SOON_MS)
    dashboard.page.unroute_all()
    expect(dashboard.page.get_by_role("heading", level=1, name="Overview")).to_be_visible(timeout=2 * SOON_MS)
