"""A live bot's page says what being live cost beside its paper twin; a bot without one says nothing of it."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def test_a_live_bots_page_shows_slippage_missed_entries_and_both_results(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    at = account.day.at(13, 20)
    row = {"symbol": "RELIANCE", "purpose": "entry", "missed": None}
    account.change(
        "bots/bot-energy",
        twin={
            "twin_account": "paper-practice-twin", "since": account.day.open_at, "stopped": None, "compared": 2,
            "missed": 1, "missed_reasons": {"dry": 1}, "alone": 0, "slippage_bps": 8.91, "slippage_cost": 9.0,
            "trades_live": 1, "trades_paper": 2, "net_pnl_live": 76.28, "net_pnl_paper": 85.28,
            "fills": [
                {**row, "side": "BUY", "at": at - timedelta(minutes=9), "paper_price": 2_410.05, "live_price": None,
                 "slippage_bps": None, "missed": "dry"},
                {**row, "side": "BUY", "at": at, "paper_price": 2_400.05, "live_price": 2_402.5, "slippage_bps": 10.21},
            ],
        },
    )  # fmt: skip
    dashboard = visit().use_demo_account().open("/bots/bot-energy")
    pane = dashboard.pane("Live beside paper")
    expect(pane).to_contain_text("+8.91 bps")
    expect(pane).to_contain_text("over 2 orders that both filled")
    expect(pane).to_contain_text("1 (1 Dry: decided, not sent)")
    expect(pane).to_contain_text(re.compile(r"Net, live\s*\+₹76\.28"))
    rows = pane.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("2,402.50")
    expect(rows.nth(2)).to_contain_text("missed: Dry")


def test_a_paper_bots_page_says_nothing_of_a_twin(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account().open("/bots/bot-energy")
    expect(dashboard.pane("Parameters")).to_be_visible()
    expect(dashboard.pane("Live beside paper")).to_have_count(0)
