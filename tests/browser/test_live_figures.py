"""What the engine writes is on the screen without a reload, with its age."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import SCREENS, Dashboard

Visit = Callable[..., Dashboard]


def test_a_position_appears_and_its_pnl_changes_without_a_reload(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    path = "open_positions/bot-tech_INFY"
    position = stack.firestore.document(path).get().to_dict() or {}
    stack.firestore.document(path).delete()
    dashboard = visit().use_demo_account()
    dashboard.page.evaluate("window.sameLoad = true")
    expect(dashboard.row("Open positions", "RELIANCE")).to_be_visible()
    expect(dashboard.row("Open positions", "INFY")).to_have_count(0)

    stack.firestore.document(path).set(position)
    expect(dashboard.row("Open positions", "INFY")).to_be_visible()

    # 31 shares, 10 rupees above the entry, 24.60 of charges so far.
    account.move(INFY=position["entry_price"] + 10)
    expect(dashboard.row("Open positions", "INFY")).to_contain_text("+₹285.40")
    account.move(INFY=position["entry_price"] - 10)
    expect(dashboard.row("Open positions", "INFY")).to_contain_text("−₹334.60")
    assert dashboard.page.evaluate("window.sameLoad") is True


def test_equity_moves_with_the_prices_of_what_is_held(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    figure = dashboard.pane("Equity today").locator(".fig")
    before = float((account.client.document("accounts/paper-demo").get().to_dict() or {})["equity"])
    expect(figure).to_have_text(_written(before))
    account.move(SBIN=account.day.price("SBIN") + 5)
    expect(figure).to_have_text(_written(before + 61 * 5))


def test_a_signal_appears_with_its_outcome_and_why(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    expect(dashboard.pane("Signals")).to_contain_text("No order before the next bar")
    signal = stack.firestore.document("trading_signals/signal-5").get().to_dict() or {}
    later = {**signal, "confirmed_at": account.day.at(13, 41), "blocking_detail": "Order of ₹99,999 over ₹50,000"}
    stack.firestore.document("trading_signals/signal-new").set(later)
    first = dashboard.pane("Signals").get_by_role("listitem").first
    expect(first).to_contain_text("Order of ₹99,999 over ₹50,000")
    expect(first).to_contain_text("Blocked")


def test_a_late_price_greys_the_figures_it_feeds(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    at = account.day.market_at - timedelta(seconds=45)  # the limit is 30 s of market time
    account.change("quotes/paper-demo", **{"symbols.SBIN.at": at})
    dashboard = visit().use_demo_account()
    expect(dashboard.row("Open positions", "SBIN").locator("b.stale")).to_have_count(1)
    expect(dashboard.row("Open positions", "RELIANCE").locator("b.stale")).to_have_count(0)
    expect(dashboard.page.get_by_text("1 price is late: SBIN")).to_be_visible()
    expect(dashboard.pane("Equity today")).to_contain_text("SBIN at a late price")


def test_an_engine_that_fell_silent_is_said_to_have_no_heartbeat(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    expect(dashboard.page.get_by_text("Heartbeat, epoch 4")).to_be_visible()
    account.change("accounts/paper-demo", **{"engine.heartbeat_at": datetime.now(UTC) - timedelta(minutes=10)})
    expect(dashboard.page.get_by_text("No heartbeat")).to_be_visible()


def test_a_difference_is_told_with_its_sentence(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    expect(dashboard.page.get_by_text("In step")).to_be_visible()
    account.change("accounts/paper-demo", truth={"state": "differs", "checked_at": datetime.now(UTC),
                                                 "differences": ["INFY: broker 132, books 92"]})  # fmt: skip
    expect(dashboard.page.get_by_text("1 difference")).to_be_visible()
    expect(dashboard.page.get_by_text("INFY: broker 132, books 92")).to_be_visible()


def test_every_screen_names_the_mode_and_the_generated_market(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    bar = dashboard.page.get_by_role("banner")
    for path in SCREENS:
        dashboard.open(path)
        expect(bar).to_contain_text("PAPER")
        expect(bar).to_contain_text("Demo market, generated, clock 10×")


def test_an_account_without_anything_says_so_in_every_pane(stack: Stack, visit: Visit) -> None:
    stack.seed()
    for collection in ("bots", "open_positions", "trading_signals", "orders", "fills", "profits", "equity_days"):
        for document in stack.firestore.collection(collection).stream():
            document.reference.delete()
    dashboard = visit().use_demo_account()
    for sentence in (
        "No bot yet",
        "No open position",
        "No signal yet",
        "No order yet",
        "No fill yet",
        "No trade is closed yet",
    ):
        expect(dashboard.page.get_by_text(sentence, exact=True)).to_be_visible()


def _written(value: float) -> str:
    whole, paise = f"{value:.2f}".split(".")
    return f"₹{whole[:2]},{whole[2:4]},{whole[4:]}.{paise}"
