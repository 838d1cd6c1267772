"""The way in and the way out, in a real browser against the Auth emulator."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import OWNER, Stack
from tests.browser.dashboard_server import DEMO
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def test_the_demo_account_signs_in_with_one_press(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    expect(dashboard.pane("Equity today")).to_contain_text("₹10,0")
    expect(dashboard.pane("Bots").get_by_role("row")).to_have_count(4)


def test_the_page_works_under_localhost_too(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit()
    dashboard.url = stack.server.url.replace("127.0.0.1", "localhost")
    dashboard.open().use_demo_account()
    expect(dashboard.pane("Bots").get_by_role("row")).to_have_count(4)


def test_a_wrong_password_is_told_in_a_sentence_and_what_was_typed_stays(visit: Visit) -> None:
    dashboard = visit()
    dashboard.sign_in(DEMO.email, "not-the-password")
    expect(dashboard.page.get_by_role("alert")).to_have_text(
        "E-mail and password do not match. Check both and try again."
    )
    expect(dashboard.page.get_by_label("E-mail", exact=True)).to_have_value(DEMO.email)


def test_a_sign_in_service_out_of_reach_is_told_in_a_sentence(visit: Visit) -> None:
    dashboard = visit()
    dashboard.page.context.set_offline(True)
    dashboard.sign_in(DEMO.email, DEMO.password)
    expect(dashboard.page.get_by_role("alert")).to_contain_text("cannot be reached")


def test_a_google_user_of_the_emulator_signs_in(stack: Stack, visit: Visit) -> None:
    dashboard = visit()
    dashboard.sign_in_as_google_user("someone@example.com")
    expect(dashboard.page.get_by_text("No account yet")).to_be_visible()
    users = {user["email"]: user for user in stack.auth.accounts()}
    assert users["someone@example.com"]["providerUserInfo"][0]["providerId"] == "google.com"


def test_signing_out_leaves_nothing_of_the_reader_on_the_device(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    dashboard.page.evaluate("localStorage.setItem('lockstep.account', 'paper-demo')")
    dashboard.sign_out()
    kept = dashboard.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert OWNER not in kept
    assert "paper-demo" not in kept
    dashboard.open("/positions")
    expect(dashboard.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(dashboard.page.get_by_text("RELIANCE")).to_have_count(0)


def test_signing_out_in_one_tab_signs_out_the_other(stack: Stack, visit: Visit) -> None:
    stack.seed()
    one = visit().use_demo_account()
    other = Dashboard(one.page.context.new_page(), stack.server.url).open().on("Overview")
    one.sign_out()
    expect(other.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(other.page.get_by_text("RELIANCE")).to_have_count(0)
