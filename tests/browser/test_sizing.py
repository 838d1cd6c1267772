"""How large an entry is: asked for by its kind, sent as the service takes it, and read back in words."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def test_a_size_is_asked_for_by_its_kind_and_a_refusal_is_told_at_its_field(stack: Stack, visit: Visit) -> None:
    stack.seed()
    sentence = "must be 0 to 3, is 9"
    errors = [{"field": "sizing.by_temperature.hot", "message": sentence},
              {"field": "exits.stop_pct", "message": "is needed"}]  # fmt: skip
    stack.server.answers["POST /bots"] = (400, {"detail": "two fields are wrong", "errors": errors})
    page = visit().use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("By risk")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    kind, period = page.get_by_label("Size of an entry as"), page.get_by_label("ATR period, bars")
    expect(period).to_have_count(0)
    kind.select_option("volatility")
    expect(period).to_be_visible()
    kind.select_option("risk_per_trade")
    expect(period).to_have_count(0)
    page.get_by_label("Size", exact=True).fill("0.5")
    page.get_by_label("Slippage reckoned with, bps each way").fill("8")
    hot = page.get_by_label("Times the size when hot")
    hot.fill("9")
    page.get_by_role("button", name="Create bot").click()
    expect(hot).to_have_accessible_description(sentence)
    expect(page.get_by_label("Stop, % from entry")).to_have_accessible_description("is needed")
    [asked] = stack.server.calls("POST", "/bots")
    assert asked.body["sizing"] == {
        "kind": "risk_per_trade", "value": 0.5, "slippage_bps": 8, "by_temperature": {"cool": 1, "warm": 1, "hot": 9},
    }  # fmt: skip


def test_a_bot_says_its_size_in_words(stack: Stack, visit: Visit) -> None:
    scale = {"cool": 0, "warm": 0.5, "hot": 1}
    sizing = {"kind": "volatility", "value": 0.1, "atr_period": 20, "by_temperature": scale}
    stack.seed().change("bots/bot-tech", sizing=sizing)
    shown = visit().use_demo_account().open("/bots/bot-tech").on("Tech pair").pane("Parameters")
    size = shown.locator("dl > div").filter(has_text="Size of an entry")
    expect(size).to_contain_text("A move of one ATR 20 is worth 0.10% of equity; times 0 when cool, 0.5 when warm")
