"""A screen that no longer hears the store says so, keeps its figures, and finds back by itself."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
SOON_MS = 20_000  # the notice waits 8 s, so that a blink of the network is nobody's business


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
    dashboard = visit()
    # A token that the rules do not know: the store refuses every listener.
    dashboard.page.route("**/google.firestore.v1.Firestore/Listen/**", lambda route: route.fulfill(status=403, body=""))
    dashboard.page.get_by_role("button", name="Use the demo account").click()
    expect(dashboard.page.get_by_text("Your accounts could not be read")).to_be_visible(timeout=SOON_MS)
    dashboard.page.unroute_all()
    dashboard.page.get_by_role("button", name="Try again").click()
    dashboard.on("Overview")
