"""The risk screen: limits and their use, trips, the policy's form, the execution mode."""

from collections.abc import Callable

import jwt
from playwright.sync_api import Page, expect

from tests.browser import seeded_risk
from tests.browser.conftest import Stack
from tests.browser.dashboard_server import DEMO
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
POLICY = "/accounts/paper-demo/risk-policy"


def meter_says(page: Page, name: str, value: str) -> None:
    """What a limit's bar says to a screen reader."""
    expect(page.get_by_role("meter", name=name, exact=True)).to_have_attribute("aria-valuetext", value)


def test_each_limit_shows_how_much_of_it_is_used(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Risk")
    expect(dashboard.pane("Limits and their use").get_by_role("meter")).to_have_count(6)
    meter_says(dashboard.page, "Positions open", "3 of 8")
    meter_says(dashboard.page, "Loss today", "₹0.00 of ₹30,000 (3%)")
    account.change("accounts/paper-demo", **seeded_risk.tripped(account.day))
    pane = dashboard.pane("Limits and their use")
    expect(pane).to_contain_text("Loss today at its limit")
    expect(pane).to_contain_text("Losses in a row near its limit")


def test_a_trip_stands_first_with_its_numbers_and_what_lifts_it(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Risk")
    expect(dashboard.pane("State")).to_contain_text("Trading")
    account.change("accounts/paper-demo", **seeded_risk.tripped(account.day))
    rows = dashboard.pane("Breakers").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("-4.00 % today (-40,012.55), limit -3.00 %")
    expect(rows.nth(1)).to_contain_text("The next session")
    state = dashboard.pane("State")
    expect(state).to_contain_text("Exits only")
    expect(state).to_contain_text("2 breakers have tripped.")
    expect(state).to_contain_text("Resuming does not lift: Daily stop.")
    state.get_by_role("button", name="Resume trading").click()
    expect(state).to_contain_text("Asked")
    assert len(stack.server.calls("POST", "/accounts/paper-demo/resume")) == 1


def test_what_only_time_lifts_offers_no_resume(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    daily = seeded_risk.trips(account.day)[0]
    account.change("accounts/paper-demo", trading_state="HALTED", trips=[daily], halted_reason=daily["detail"])
    dashboard = visit().use_demo_account().go("Risk")
    expect(dashboard.pane("State")).to_contain_text("Halted")
    expect(dashboard.pane("State").get_by_role("button")).to_have_count(0)


def test_changed_limits_alone_are_sent_and_a_looser_one_waits_for_the_next_session(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Risk")
    pane = dashboard.pane("Risk policy")
    save = pane.get_by_role("button", name="Save limits")
    expect(save).to_be_disabled()
    pane.get_by_label("Loss in a day, % of its start").fill("5")
    pane.get_by_label("Symbols allowed").fill("infy, tcs")
    save.click()
    expect(pane).to_contain_text("Saved.")
    [asked] = stack.server.calls("PUT", POLICY)
    assert asked.body == {"day_loss_max_pct": 5, "symbols_allowed": ["INFY", "TCS"]}
    account.change("risk_policies/paper-demo", day_loss_max_pct=5)
    account.change("accounts/paper-demo", policy_next={**seeded_risk.POLICY, "day_loss_max_pct": 5})
    expect(pane).to_contain_text("1 change waits for the next session")
    field = pane.get_by_label("Loss in a day, % of its start")
    expect(field).to_have_accessible_description("3 until then; yours from the next session")
    expect(field).to_have_value("5")
    meter_says(dashboard.page, "Loss today", "₹0.00 of ₹30,000 (3%)")  # by the limit that is in force


def test_a_refused_limit_is_told_at_its_field_and_what_was_typed_stays(stack: Stack, visit: Visit) -> None:
    stack.seed()
    sentence = "must be at most 9, the deployment's limit, is 12"
    answer = {"detail": f"orders_per_second_max: {sentence}", "errors": [
        {"field": "risk_policy.orders_per_second_max", "message": sentence}]}  # fmt: skip
    stack.server.answers[f"PUT {POLICY}"] = (422, answer)
    dashboard = visit(viewport={"width": 390, "height": 700}).use_demo_account().open("/risk").on("Risk")
    pane = dashboard.pane("Risk policy")
    field = pane.get_by_label("Orders a second")
    field.fill("12")
    pane.get_by_label("Positions open").fill("6")
    pane.get_by_role("button", name="Save limits").click()
    expect(field).to_have_accessible_description(sentence)
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(field).to_have_value("12")
    expect(pane.get_by_label("Positions open")).to_have_value("6")


def test_a_preset_is_asked_about_once_more_before_it_replaces_every_limit(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account().go("Risk")
    pane = dashboard.pane("Risk policy")
    expect(pane.get_by_role("radio", name="Balanced")).to_be_checked()
    pane.get_by_text("Conservative", exact=True).click()
    assert not stack.server.calls("PUT", POLICY)
    pane.get_by_role("button", name="Use conservative").click()
    expect(pane.get_by_role("button", name="Use conservative")).to_have_count(0)
    [asked] = stack.server.sent("PUT", POLICY)
    assert asked.body == {"preset": "conservative"}


def test_dry_says_every_reason_and_arming_asks_for_live_and_a_sign_in_of_now(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    fields, controls = seeded_risk.live(account.who, armed=False)
    account.change("accounts/paper-demo", **fields)
    stack.firestore.document("controls/paper-demo").set(controls)
    too_old = {
        "type": "urn:lockstep:problem:recent-sign-in",
        "detail": "The sign-in is 2 hours old, at most 5 minutes.",
    }
    stack.server.answers["POST /accounts/paper-demo/arm"] = (401, too_old)
    dashboard = visit().use_demo_account().go("Risk")
    pane = dashboard.pane("Execution mode")
    expect(pane).to_contain_text("The store missed two checks in a row")
    pane.get_by_role("button", name="Arm live trading").click()
    sheet = dashboard.page.get_by_role("dialog")
    expect(sheet).to_contain_text("Most it may lose in a day before it stops")
    arm = sheet.get_by_role("button", name="Arm until")
    arm.click()
    expect(sheet.get_by_label("Type LIVE to go on")).to_have_accessible_description("Type LIVE, in capitals.")
    assert not stack.server.calls("POST", "/accounts/paper-demo/arm")
    sheet.get_by_label("Live for").select_option("2")
    sheet.get_by_label("Type LIVE to go on").fill("LIVE")
    arm.click()
    expect(sheet).to_contain_text("Arming asks for a sign-in of the last minutes")
    sheet.get_by_label("Password").fill("wrong")
    sheet.get_by_role("button", name="Sign in again").click()
    expect(sheet.get_by_label("Password")).to_have_accessible_description(
        "E-mail and password do not match. Check both and try again."
    )
    stack.server.answers.clear()
    [first] = stack.server.calls("POST", "/accounts/paper-demo/arm")
    signed_in_s = jwt.decode(str(first.token), options={"verify_signature": False})["iat"]
    dashboard.page.wait_for_function(
        "at => Date.now() / 1000 >= at + 1", arg=signed_in_s
    )  # a token's times are seconds
    sheet.get_by_label("Password").fill(DEMO.password)
    sheet.get_by_role("button", name="Sign in again").click()
    expect(sheet).to_have_count(0)
    first, second = stack.server.calls("POST", "/accounts/paper-demo/arm")
    assert first.body == second.body == {"hours": 2}
    assert first.token != second.token, "the second carries the sign-in of now"


def test_an_armed_account_counts_down_to_its_end_and_is_disarmed_at_once(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    fields, controls = seeded_risk.live(account.who, armed=True)
    account.change("accounts/paper-demo", **fields)
    stack.firestore.document("controls/paper-demo").set(controls)
    dashboard = visit().use_demo_account().go("Risk")
    pane = dashboard.pane("Execution mode")
    expect(pane).to_contain_text("2 h 16 min")
    expect(dashboard.page.get_by_role("banner")).to_contain_text("Armed until")
    pane.get_by_role("button", name="Disarm").click()
    expect(pane).to_contain_text("Asked; the engine acts on it")
    assert len(stack.server.calls("POST", "/accounts/paper-demo/disarm")) == 1
    stack.firestore.document("controls/paper-demo").update({"armed": None})
    expect(pane.get_by_role("button", name="Arm live trading")).to_be_visible()
