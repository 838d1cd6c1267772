"""A signal that is tried from a bot's page: watched through in the rehearsal's documents, which no other screen has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]

REHEARSAL, COPY = "paper-demo-rehearsal", "bot-tech-rehearsal"
TRIED = {
    "command_id": "c1", "kind": "simulate_signal", "account_id": REHEARSAL, "bot_id": COPY, "signal_id": "TRIED",
}  # fmt: skip


def answered(stack: Stack, state: str, **result: str) -> None:
    stack.server.answers["POST /bots/bot-tech/simulate?wait=10"] = (200, {**TRIED, "state": state, "result": result})


def test_a_signal_is_watched_through_to_its_position_and_shows_on_no_other_screen(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    now = datetime.now(UTC)
    own = {**account.who.owned(), "account_id": REHEARSAL, "origin": "simulated"}
    traded = {**own, "bot_id": COPY, "symbol": "INFY"}

    def write(path: str, **fields: Any) -> None:
        stack.firestore.document(path).set({**traded, **fields})

    answered(stack, "done", outcome="ordered")
    dashboard = visit().use_demo_account().open("/bots/bot-tech").on("Tech pair")
    page = dashboard.page
    page.get_by_role("button", name="Try a signal").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Nothing of it counts")
    sheet.get_by_role("button", name="Try a buy").click()
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    expect(sheet).to_contain_text("on its way")
    [asked] = stack.server.calls("POST", "/bots/bot-tech/simulate?wait=10")
    assert asked.body == {"symbol": "INFY", "type": "BUY"}
    signal = {"type": "BUY", "price": 1500.0, "score": 100.0, "reasons": ["Simulated"], "confirmed_at": now}
    outcome = {"outcome": "ordered", "blocking_reason": None, "blocking_detail": None, "order_id": "ORDER-TRIED"}
    write("trading_signals/TRIED", **signal, **outcome, strategy="confluence", timeframe="1m", bar_at=now)
    expect(sheet.get_by_role("listitem")).to_have_count(4)
    order = {"side": "BUY", "quantity": 12.0, "state": "filled", "reason": None, "created_at": now, "history": []}
    write("orders/ORDER-TRIED", **order, signal_id="TRIED", order_type="MARKET", purpose="entry")
    fill = {"side": "BUY", "quantity": 12.0, "price": 1501.25, "charges": 3.5, "charge_lines": {}, "filled_at": now}
    write("fills/FILL-TRIED", **fill, order_id="ORDER-TRIED")
    position = {"quantity": 12.0, "pnl": 20.0, "realized_pnl": 0.0, "charges": 3.5, "state": "OPEN", "tranches": []}
    write(f"open_positions/{COPY}_INFY", **position, entry_price=1501.25, current_price=1502.9, stop_price=None)
    expect(sheet).to_contain_text("12 at 1,501.25, charges ₹3.50")
    expect(sheet).to_contain_text("12 held")
    sheet.get_by_role("button", name="Close it").click()
    assert stack.server.sent("POST", f"/positions/{COPY}_INFY/close")
    sheet.get_by_role("button", name="Close", exact=True).click()
    for screen in ("Overview", "Activity"):
        dashboard.go(screen)
        expect(page.get_by_text("1,501.25")).to_have_count(0)
    assert not dashboard.scrolls_sideways()


def test_what_can_not_be_tried_says_why_and_can_be_tried_again(stack: Stack, visit: Visit) -> None:
    stack.seed()
    answered(stack, "failed", reason="INFY has no price yet")
    page = visit(viewport={"width": 390, "height": 700}).use_demo_account().open("/bots/bot-tech").on("Tech pair").page
    page.get_by_role("button", name="Try a signal").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="Try a sell").click()
    expect(sheet).to_contain_text("INFY has no price yet")
    expect(sheet.get_by_role("button", name="Try a sell")).to_be_enabled()
