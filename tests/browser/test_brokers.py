"""Broker keys are given once and shown never; the check before the open comes line by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from playwright.sync_api import expect

from tests.browser import seeded_brokers
from tests.browser.conftest import Stack
from tests.browser.dashboard_server import DEMO
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
KEYS, AT = "/credentials/angelone", "/credentials/angelone/test?account_id=paper-demo"
TYPED = {
    "Client code": "A123456",
    "PIN": "4821",
    "TOTP secret": "JBSWY3DPEHPK3PXP",
    "API key": "k9AbCd12",
    "Registered IPv4 address": "203.0.113.7",
}


def test_keys_are_typed_refused_by_field_given_after_a_fresh_sign_in_and_gone_from_the_page(
    stack: Stack, visit: Visit
) -> None:
    stack.seed()
    answers = stack.server.answers
    answers[f"GET {KEYS}"] = (200, seeded_brokers.NOT_SET)
    dashboard = visit().use_demo_account().go("Brokers")
    pane = dashboard.pane("Angel One keys")
    for label, text in TYPED.items():
        pane.get_by_label(label, exact=True).fill(text)
    pin, save = pane.get_by_label("PIN", exact=True), pane.get_by_role("button", name="Set keys")
    expect(pin).to_have_attribute("type", "password")
    wrong = {"errors": [{"field": "pin", "message": "must be the 4 digits of your PIN, not the password"}]}
    answers[f"PUT {KEYS}"] = (HTTPStatus.BAD_REQUEST, {"detail": "pin: wrong", **wrong})
    save.click()
    expect(pin).to_have_accessible_description("must be the 4 digits of your PIN, not the password")
    answers[f"PUT {KEYS}"] = (HTTPStatus.FORBIDDEN, {"type": "urn:lockstep:problem:recent-sign-in", "detail": "old"})
    save.click()
    pane.get_by_label("Password").fill(DEMO.password)
    answers[f"PUT {KEYS}"] = answers[f"GET {KEYS}"] = (200, seeded_brokers.SET)
    pane.get_by_role("button", name="Sign in again").click()
    expect(pane).to_contain_text("Client …56, set Fri 20 Nov 2026")
    sent = stack.server.calls("PUT", KEYS)[-1].body
    assert sent == dict(
        zip(("client_code", "pin", "totp_secret", "api_key", "registered_ip"), TYPED.values(), strict=True)
    )
    shown = dashboard.page.content()
    assert [secret for secret in TYPED.values() if secret in shown] == []
    pane.get_by_role("button", name="Remove keys").click()
    sheet = dashboard.page.get_by_role("dialog")
    expect(sheet).to_contain_text("no entry, no exit and no stop of the bots reaches the broker")
    answers[f"DELETE {KEYS}"] = answers[f"GET {KEYS}"] = (200, seeded_brokers.NOT_SET)
    sheet.get_by_role("button", name="Remove the keys").click()
    expect(pane).to_contain_text("No keys are set")


def test_a_check_comes_line_by_line_and_stands_on_the_overview_until_the_open(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    account.change("accounts/paper-demo", **seeded_brokers.at_angel_one(account.who))
    stack.server.answers[f"GET {KEYS}"] = (200, seeded_brokers.SET)
    stack.server.answers[f"POST {AT}"] = (HTTPStatus.ACCEPTED, {"command_id": "c2", "state": "accepted"})
    dashboard = visit().use_demo_account()
    pane = dashboard.pane("Before the open")
    expect(pane).to_contain_text("Not checked yet")
    pane.get_by_role("button", name="Check now").click()
    expect(pane).to_contain_text("Asked; the engine begins.")
    document = stack.firestore.document("examinations/paper-demo_angelone")
    document.set(seeded_brokers.examination(account.who, "running", command_id="c2"))
    expect(pane).to_contain_text("Checking: 4 lines so far")
    expect(pane.get_by_role("button", name="Check now")).to_be_disabled()
    document.set(seeded_brokers.examination(account.who, command_id="c2"))
    expect(pane).to_contain_text("1 in the way, 1 to look at, 10 in order")
    expect(pane.get_by_role("listitem").first).to_contain_text("Address orders leave from")
    document.set(seeded_brokers.examination(account.who, grade="green", command_id="c2"))
    expect(pane).to_contain_text("All 10 in order")
    during = {**seeded_brokers.at_angel_one(account.who)["session"], "open_at": account.who.written_at}
    account.change("accounts/paper-demo", session=during)
    expect(pane).to_have_count(0)


def test_a_key_of_coinbase_is_pasted_as_the_file_it_comes_in(stack: Stack, visit: Visit) -> None:
    stack.seed()
    answers, at = stack.server.answers, "/credentials/coinbase"
    answers[f"GET {KEYS}"] = (200, seeded_brokers.NOT_SET)
    answers[f"GET {at}"] = (200, {**seeded_brokers.NOT_SET, "broker": "coinbase"})
    dashboard = visit().use_demo_account().go("Brokers")
    pane = dashboard.pane("Coinbase keys")
    name, private_key = "organizations/o/apiKeys/planted", "-----BEGIN EC PRIVATE KEY-----\nplanted\n-----END"
    file = json.dumps({"name": name, "privateKey": private_key})
    pane.get_by_label("Key name", exact=True).focus()
    dashboard.page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        file,
    )
    expect(pane.get_by_label("Key name", exact=True)).to_have_value(name)
    expect(pane.get_by_label("Private key", exact=True)).to_have_attribute("type", "password")
    given = {**seeded_brokers.SET, "broker": "coinbase", "client_ending": "…nted"}
    answers[f"PUT {at}"] = answers[f"GET {at}"] = (200, given)
    pane.get_by_role("button", name="Set keys").click()
    expect(pane).to_contain_text("Key …nted, set Fri 20 Nov 2026")
    sent = stack.server.calls("PUT", at)[-1].body
    assert sent["key_name"] == name
    assert sent["private_key"].replace("\n", "") == private_key.replace("\n", "")
    assert "planted" not in dashboard.page.content().replace(name, "").replace("…nted", "")
    expect(dashboard.pane("Check of Coinbase")).to_contain_text("Not checked yet")
