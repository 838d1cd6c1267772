"""Alerts and the audit log: what was told, to whom, and what is written down."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser import seeded_risk
from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
AUDIT = "GET /audit?account_id=paper-demo&limit=50"


def test_an_alert_says_how_often_and_which_channel_did_not_take_it(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Alerts")
    rows = dashboard.pane("Alerts").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="SBIN price stale")).to_contain_text("and 37 more like it")
    expect(rows.filter(has_text="RELIANCE")).to_contain_text("Slack did not take it: HTTP 503 after 4 tries")
    expect(rows.filter(has_text="Engine started")).to_contain_text("Only shown here")
    stale = rows.filter(has_text="SBIN price stale")
    stale.get_by_role("button", name="Mark as read").click()
    account.change("alerts/alert-1", acknowledged_at=datetime.now(UTC))
    expect(stale).to_contain_text(re.compile(r"read \d\d:\d\d"))
    assert len(stack.server.sent("POST", "/alerts/alert-1/acknowledge")) == 1
    dashboard.pane("Alerts").get_by_role("button", name="Not read").click()
    expect(rows).to_have_count(2)


def test_the_audit_log_is_read_page_by_page_and_says_how_to_prove_it(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    page = seeded_risk.audit_page(account.who, account.day)
    first, last = page["items"][:4], page["items"][4:]
    stack.server.answers[AUDIT] = (200, {"items": first, "cursor": "next"})
    stack.server.answers[f"{AUDIT}&cursor=next"] = (200, {"items": last, "cursor": None})
    dashboard = visit().use_demo_account().go("Records")
    pane = dashboard.pane("Audit log")
    expect(pane).to_contain_text("lockstep audit verify --account paper-demo")
    expect(pane.get_by_role("row")).to_have_count(5)
    changed = pane.get_by_role("row").filter(has_text="Policy changed")
    expect(changed).to_contain_text("You")
    expect(changed).to_contain_text("Positions open")
    pane.get_by_role("button", name="Older entries").click()
    expect(pane.get_by_role("row")).to_have_count(7)
    expect(pane).to_contain_text("This is the first entry.")
    born = pane.get_by_role("row").filter(has_text="Bot changed")
    expect(born.get_by_text("timeframe")).to_be_hidden()
    born.get_by_text("1 more field").click()
    expect(born.get_by_text("timeframe")).to_be_visible()


def test_an_audit_log_that_cannot_be_read_says_why_and_is_asked_for_again(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    stack.server.answers[AUDIT] = (503, {"detail": "The store does not answer. Try again in a few seconds."})
    dashboard = visit().use_demo_account().go("Records")
    pane = dashboard.pane("Audit log")
    expect(pane).to_contain_text("The store does not answer.")
    stack.server.answers[AUDIT] = (200, seeded_risk.audit_page(account.who, account.day))
    pane.get_by_role("button", name="Try again").click()
    expect(pane.get_by_role("row")).to_have_count(7)
