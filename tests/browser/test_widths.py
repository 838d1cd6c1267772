"""The screens fit from a small phone to a wide desk, and the chart is drawn."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import SCREENS, Dashboard

Visit = Callable[..., Dashboard]


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1440])
def test_no_screen_scrolls_sideways(stack: Stack, visit: Visit, width: int) -> None:
    stack.seed()
    account = stack.firestore.document("accounts/paper-demo")
    account.update({"cash": 999_999_999.99, "equity": 999_999_999.99})
    dashboard = visit(viewport={"width": width, "height": 800}).use_demo_account()
    for path in SCREENS:
        dashboard.open(path)
        expect(dashboard.page.get_by_role("heading", level=1)).to_be_visible()
        expect(dashboard.page.locator("[aria-busy=true]")).to_have_count(0)
        assert not dashboard.scrolls_sideways(), path


def test_stop_is_in_sight_on_a_phone_and_tables_are_still_tables_to_a_screen_reader(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit(viewport={"width": 390, "height": 800}).use_demo_account()
    expect(dashboard.page.get_by_role("button", name="Stop", exact=True)).to_be_in_viewport()
    expect(dashboard.row("Open positions", "INFY").get_by_role("cell").first).to_contain_text("Tech pair")
    expect(dashboard.page.get_by_role("banner")).to_contain_text("Demo market 10×")


def test_the_chart_of_a_bot_shows_its_bars_and_its_fill(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account().open("/bots/bot-tech")
    chart = dashboard.pane("INFY").get_by_role("img")
    expect(chart).to_have_accessible_name("INFY, 53 5 min candles, 09:15 to 13:35; last price 1,577.30; 1 fill marked.")
    expect(chart.locator("canvas").first).to_be_visible()
