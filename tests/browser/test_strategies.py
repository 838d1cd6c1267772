"""A bot of any strategy is made, changed and read by that strategy's own names; nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard
from tests.browser.seeded_facts import BOTS

Visit = Callable[..., Dashboard]

VWAP = {"enter_at": 2.5, "exit_at": 0.5, "give_up_at": 3.5, "adx_period": 14, "adx_max": 25, "from_minutes": 60,
        "until_minutes": 300, "cooldown_s": 900, "allow_short": False}  # fmt: skip


def test_a_new_bot_is_sent_the_parameters_of_its_strategy_as_the_preset_and_the_reader_set_them(
    stack: Stack, visit: Visit
) -> None:
    stack.seed()
    page = visit().use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("Back to the average")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    page.get_by_label("Strategy").select_option("vwap_reversion")
    expect(page.get_by_label("Strategy")).to_have_accessible_description(
        "Mean reversion to the session's VWAP: buy what fell far below it and begins to turn, sell it back at VWAP."
    )
    enter, preset = page.get_by_label("Buys below VWAP by, deviations"), page.get_by_label("Preset")
    expect(enter).to_have_value("2")
    expect(enter).to_have_accessible_description("How far below VWAP a close must be to buy. 0.5 to 6.")
    expect(page.get_by_label("Buy at a score of")).to_have_count(0)
    expect(preset).to_have_value("balanced")
    preset.select_option("conservative")
    expect(enter).to_have_value("2.5")
    enter.fill("3")
    expect(preset).to_have_value("")
    page.get_by_role("button", name="Create bot").click()
    dashboard = Dashboard(page, stack.server.url).on("Bots")
    [asked] = stack.server.calls("POST", "/bots")
    assert asked.body["strategy"] == "vwap_reversion"
    assert asked.body["parameters"] == {**VWAP, "enter_at": 3}
    assert dashboard.page.url.endswith("/bots")


def test_a_refused_parameter_is_told_at_its_field_until_another_strategy_is_looked_at(
    stack: Stack, visit: Visit
) -> None:
    stack.seed()
    sentence = "must be 0 to 86400 seconds, is -5"
    errors = [{"field": "parameters.cooldown_s", "message": sentence}]
    stack.server.answers["POST /bots"] = (400, {"detail": "a field is wrong", "errors": errors})
    page = visit().use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("Two looks")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    page.get_by_label("Strategy").select_option("opening_range")
    page.get_by_label("May sell short").check()
    cooldown = page.get_by_label("Cool-down, s of market time")
    cooldown.fill("-5")
    page.get_by_role("button", name="Create bot").click()
    expect(cooldown).to_have_accessible_description(sentence)
    expect(cooldown).to_be_focused()
    [asked] = stack.server.calls("POST", "/bots")
    assert asked.body["parameters"] == {
        "range_minutes": 15, "until_minutes": 240, "buffer_bps": 0, "cooldown_s": -5, "allow_short": True,
    }  # fmt: skip
    page.get_by_label("Strategy").select_option("trend")
    expect(cooldown).to_have_value("900")
    expect(page.get_by_text(sentence)).to_have_count(0)
    page.get_by_label("Strategy").select_option("opening_range")
    expect(cooldown).to_have_value("-5")
    expect(page.get_by_label("May sell short")).to_be_checked()


def test_a_bot_is_changed_from_the_parameters_it_has(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    account.change("bots/bot-tech", strategy="trend", parameters={"adx_min": 30, "each_session": False})
    page = visit().use_demo_account().open("/bots/bot-tech/edit").page
    expect(page.get_by_label("Strategy")).to_have_value("trend")
    expect(page.get_by_label("ADX at least")).to_have_value("30")
    expect(page.get_by_label("Supertrend period, bars")).to_have_value(
        "10"
    )  # a default: the strategies are read by now
    expect(page.get_by_label("Enters anew each session")).not_to_be_checked()
    page.get_by_label("Supertrend, times ATR").fill("2.5")
    with page.expect_response("**/api/v1/bots/bot-tech"):
        page.get_by_role("button", name="Save changes").click()
    [asked] = stack.server.calls("PATCH", "/bots/bot-tech")
    assert asked.body["parameters"] == {"adx_min": 30, "each_session": False, "multiplier": 2.5}


def test_strategies_that_could_not_be_read_are_read_again_and_nothing_typed_is_lost(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.server.answers["GET /strategies"] = (503, {"detail": "The service is starting."})
    page = visit().use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("Patient")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    expect(page.get_by_text("The strategies could not be read")).to_contain_text("The service is starting.")
    page.get_by_role("button", name="Create bot").click()
    expect(page.get_by_label("Strategy")).to_have_accessible_description(
        "The strategies are not read yet: this bot's parameters are not known."
    )
    assert not stack.server.calls("POST", "/bots"), "nobody saw what it would trade by"
    del stack.server.answers["GET /strategies"]
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_label("Buy at a score of")).to_have_value("60")
    expect(page.get_by_text("The strategies could not be read")).to_have_count(0)
    expect(page.get_by_label("Strategy")).to_have_accessible_description(re.compile("^Confluence: three"))
    expect(page.get_by_label("Name", exact=True)).to_have_value("Patient")
    page.get_by_role("button", name="Create bot").click()
    Dashboard(page, stack.server.url).on("Bots")
    assert len(stack.server.calls("POST", "/bots")) == 1


def test_a_bot_that_exists_can_be_renamed_while_the_strategies_cannot_be_read(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.server.answers["GET /strategies"] = (503, {"detail": "The service is starting."})
    page = visit().use_demo_account().open("/bots/bot-tech/edit").page
    expect(page.get_by_text("The strategies could not be read")).to_be_visible()
    expect(page.get_by_label("Buy at a score of")).to_have_value("60")
    page.get_by_label("Name", exact=True).fill("Tech two")
    with page.expect_response("**/api/v1/bots/bot-tech"):
        page.get_by_role("button", name="Save changes").click()
    [asked] = stack.server.calls("PATCH", "/bots/bot-tech")
    assert asked.body["name"] == "Tech two"
    assert set(asked.body) == {"name", "from_generation"}, "and nothing of it that is not read"


def test_a_bot_page_names_the_parameters_and_the_inputs_of_its_strategy(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    parameters = {"range_minutes": 30, "buffer_bps": 10, "cooldown_s": 900, "allow_short": False}
    account.change("bots/bot-tech", strategy="opening_range", parameters=parameters)
    for symbol in BOTS["bot-tech"][1]:
        bar = account.day.bars[symbol][-1]
        judged = {"at": bar.close_at, "score": 72.4, "place": 1.206, "width_pct": 0.8712, "verdict": "signal",
                  "detail": "Signal"}  # fmt: skip
        document = f"decisions/bot-tech_{bar.open_at:%Y%m%d_%H}"
        account.change(document, **{f"bars.{symbol}_{bar.open_at:%H%M}": judged})
    dashboard = visit().use_demo_account().open("/bots/bot-tech").on("Tech pair")
    shown = dashboard.pane("Parameters")
    for name, value in (("Opening range", "30 min"), ("Beyond the range by", "10 bps"),
                        ("Cool-down", "900 s of market time"), ("May sell short", "no")):  # fmt: skip
        expect(shown.locator("dl > div").filter(has_text=name)).to_contain_text(value)
    bars = dashboard.pane("Bar by bar")
    expect(bars.get_by_role("columnheader", name="Inputs")).to_be_visible()
    newest = bars.get_by_role("row").nth(1).get_by_role("cell").nth(1)
    expect(newest.locator("span")).to_have_text(["Place in range 1.21", "Range width 0.87%"])
    expect(bars.locator("[data-l=RSI]").first, "an earlier strategy's bars keep their own").to_be_visible()
    dashboard.page.set_viewport_size({"width": 320, "height": 700})
    expect(newest).to_be_visible()
    assert not dashboard.scrolls_sideways()


def test_a_bot_that_copies_is_sent_whom_it_follows_and_how_in_words(stack: Stack, visit: Visit) -> None:
    stack.seed()
    page = visit().use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("Mirror")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    page.get_by_label("Strategy").select_option("copy")
    follows = page.get_by_label("Follows")
    expect(follows).to_have_value("*")
    offered = page.locator("#leaders option").evaluate_all("all => all.map(one => one.value)")
    assert offered == ["*", *sorted(BOTS)]
    follows.fill("bot-tech")
    page.get_by_label("Copies").select_option(label="What it signals")
    page.get_by_label("When the leader is gone", exact=True).select_option(label="Close what was copied")
    page.get_by_role("button", name="Create bot").click()
    Dashboard(page, stack.server.url).on("Bots")
    [asked] = stack.server.calls("POST", "/bots")
    sent = asked.body["parameters"]
    assert (sent["leader"], sent["follow"], sent["when_gone"], sent["scale"]) == ("bot-tech", "signals", "close", 1)


def test_a_bot_page_names_what_it_leaves_at_its_default_and_shows_its_newest_bars_first(
    stack: Stack, visit: Visit
) -> None:
    account = stack.seed()
    account.change("bots/bot-tech", parameters={"buy_at": 70})
    newest = account.day.bars["INFY"][-1].close_at
    hours: dict[str, dict[str, object]] = {}
    for minute in range(1, 26):
        at = newest - timedelta(minutes=minute)
        judged = {"at": at, "score": 61.0, "verdict": "candidate", "detail": f"BUY candidate {minute}"}
        hours.setdefault(f"decisions/bot-tech_{at:%Y%m%d_%H}", {})[f"bars.INFY_1{minute:03}"] = judged
    for document, fields in hours.items():
        account.change(document, **fields)
    dashboard = visit().use_demo_account().open("/bots/bot-tech").on("Tech pair")
    shown = dashboard.pane("Parameters")
    for name, value in (("Buy at", "+70.0"), ("Sell at", "−60.0"), ("Confirmation", "300 s of market time")):
        expect(shown.locator("dl > div").filter(has_text=name)).to_contain_text(value)
    bars = dashboard.pane("Bar by bar")
    expect(bars.get_by_role("row")).to_have_count(1 + 20)
    expect(bars.get_by_text("BUY candidate 25", exact=True)).to_have_count(0)
    bars.get_by_role("button", name="Show older ones").click()
    expect(bars.get_by_text("BUY candidate 25", exact=True)).to_be_visible()
