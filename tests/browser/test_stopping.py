"""Stopping everything: how far, each step as the broker proves it, and the way back."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import seeded_risk
from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def test_blocking_alone_halts_and_says_when_the_engine_has_done_it(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    dashboard.page.keyboard.press("Shift+S")
    sheet = dashboard.page.get_by_role("dialog")
    sheet.get_by_text("Block entries").click()
    sheet.get_by_role("button", name="Stop now").click()
    expect(sheet).to_contain_text("Asked; the engine has not acted on it yet")
    [asked] = stack.server.calls("POST", "/accounts/paper-demo/halt")
    assert asked.body == {"reason": "Stopped from the dashboard"}
    assert asked.token
    assert not stack.server.calls("POST", "/accounts/paper-demo/kill")
    account.change("accounts/paper-demo", trading_state="HALTED", halted_reason="Stopped from the dashboard")
    expect(sheet).to_contain_text("Every bot refuses entries")
    expect(dashboard.page.locator(".bar")).to_contain_text("Halted")


def test_stop_cancels_orders_unless_another_reach_is_chosen(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    dashboard.page.get_by_role("button", name="Stop").click()
    sheet = dashboard.page.get_by_role("dialog")
    expect(sheet.get_by_role("radio", name=re.compile("^Block and cancel"))).to_be_focused()
    expect(sheet).to_contain_text("Also takes back working entries, 2 now.")
    sheet.get_by_role("button", name="Stop now").click()
    expect(dashboard.page.get_by_role("dialog")).to_contain_text("Asked")
    [asked] = stack.server.calls("POST", "/accounts/paper-demo/kill")
    assert asked.body == {"flatten": False, "reason": "Stopped from the dashboard"}


def test_each_step_of_a_kill_is_shown_with_its_counts_as_it_is_proven(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account()
    dashboard.page.get_by_role("button", name="Stop").click()
    sheet = dashboard.page.get_by_role("dialog")
    sheet.get_by_text("Block, cancel and flatten").click()
    sheet.get_by_role("button", name="Stop now").click()
    expect(sheet).to_contain_text("Asked")
    [asked] = stack.server.calls("POST", "/accounts/paper-demo/kill")
    assert asked.body["flatten"] is True
    account.change("accounts/paper-demo", kill=seeded_risk.kill(account.who), trading_state="REDUCING")
    steps = sheet.get_by_role("listitem")
    expect(steps.filter(has_text="Open orders cancelled")).to_contain_text("20 of 20 confirmed")
    expect(steps.filter(has_text="Positions flattened")).to_contain_text("7 of 10 confirmed")
    expect(sheet).to_contain_text("Started by you")
    expect(sheet.get_by_role("button", name="Resume trading")).to_have_count(0)
    expect(dashboard.page.locator(".bar")).to_contain_text("Stopping, step 3 of 3")
    sheet.get_by_role("button", name="Close", exact=True).click()
    pane = dashboard.pane("Stop everything")
    expect(pane).to_contain_text("31 INFY of bot-tech: its closing order is at work")
    expect(pane.get_by_role("button", name="Resume trading")).to_be_disabled()
    account.change("accounts/paper-demo", kill=seeded_risk.kill(account.who, done=True), trading_state="HALTED")
    expect(pane).to_contain_text("10 of 10 confirmed")
    pane.get_by_role("button", name="Resume trading").click()
    expect(pane).to_contain_text("Asked; the engine acts on it")
    assert len(stack.server.calls("POST", "/accounts/paper-demo/resume")) == 1
    account.change("accounts/paper-demo", kill=None, trading_state="ACTIVE")
    expect(pane).to_have_count(0)


def test_what_the_broker_refuses_to_cancel_needs_a_person_and_says_so(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    account.change("accounts/paper-demo", kill=seeded_risk.kill(account.who, failed=True), trading_state="REDUCING")
    dashboard = visit(viewport={"width": 390, "height": 800}).use_demo_account()
    pane = dashboard.pane("Stop everything")
    expect(pane).to_contain_text("Needs you")
    step = pane.get_by_role("listitem").filter(has_text="Open orders cancelled")
    expect(step).to_contain_text("19 of 20 confirmed")
    expect(step).to_contain_text("1 needs you")
    expect(step).to_contain_text("refused to cancel it 5 times. Cancel it at the broker")
    assert not dashboard.scrolls_sideways()


def test_a_refused_resume_says_why(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    account.change("accounts/paper-demo", kill=seeded_risk.kill(account.who, done=True), trading_state="HALTED")
    why = "The file KILL_SWITCH is still there."
    stack.server.answers["POST /accounts/paper-demo/resume"] = (409, {"detail": why})
    dashboard = visit().use_demo_account()
    dashboard.page.keyboard.press("Shift+S")
    sheet = dashboard.page.get_by_role("dialog")
    sheet.get_by_role("button", name="Resume trading").click()
    expect(sheet).to_contain_text(why)
    expect(sheet).to_contain_text("Positions flattened")
