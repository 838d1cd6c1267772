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


@pytest.mark.parametrize("width", [390, 1100, 1360, 1440])
def test_long_crypto_figures_stay_inside_their_panes(stack: Stack, visit: Visit, width: int) -> None:
    account = stack.seed()
    quantity, price = 0.0067639, 7_408_157.11
    long = {"symbol": "BTC-USD", "quantity": quantity, "filled_quantity": quantity, "price": price,
            "average_price": price, "entry_price": price, "charges": 1_234.56}  # fmt: skip
    for path, names in (
        ("fills/fill-RELIANCE-in", ("symbol", "quantity", "price", "charges")),
        ("orders/order-RELIANCE-filled", ("symbol", "quantity", "filled_quantity", "average_price")),
        ("open_positions/bot-energy_RELIANCE", ("symbol", "quantity", "entry_price")),
    ):
        account.change(path, **{name: long[name] for name in names})
    dashboard = visit(viewport={"width": width, "height": 900}).use_demo_account()
    expect(dashboard.row("Fills", "BTC-USD")).to_be_visible()
    expect(dashboard.row("Orders", "BTC-USD")).to_be_visible()
    wide = dashboard.page.evaluate(
        "[...document.querySelectorAll('.pane')].filter(p => p.scrollWidth > p.clientWidth)"
        ".map(p => p.getAttribute('aria-labelledby') + ' by ' + (p.scrollWidth - p.clientWidth))"
    )
    assert not wide
    assert not dashboard.scrolls_sideways()


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
