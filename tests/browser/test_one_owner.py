"""One person's screen shows that person's documents alone: Firestore's rules and the client's queries together."""

import urllib.error
import urllib.request
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.dashboard_server import DEMO
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]
OK, FORBIDDEN = 200, 403


def test_a_second_user_sees_nothing_of_the_first(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.auth.create_user("second@lockstep.test", "another-one", "second-user")
    dashboard = visit()
    dashboard.sign_in("second@lockstep.test", "another-one")
    expect(dashboard.page.get_by_text("No account yet")).to_be_visible()
    expect(dashboard.page.get_by_text("RELIANCE")).to_have_count(0)
    # And not by asking past the page either.
    assert _read(stack, "accounts/paper-demo", stack.auth.sign_in("second@lockstep.test", "another-one")) == FORBIDDEN
    assert _read(stack, "accounts/paper-demo", stack.auth.sign_in(DEMO.email, DEMO.password)) == OK


def test_two_users_with_an_account_each_see_their_own(stack: Stack, visit: Visit) -> None:
    first = stack.seed()
    stack.auth.create_user("second@lockstep.test", "another-one", "second-user")
    stack.seed("second-user", "paper-second", name="Second")
    # Both accounts' facts share ids but for these: the later seeding took them over, so give the first its own again.
    stack.firestore.document("open_positions/own").set(
        {**(stack.firestore.document("open_positions/bot-tech_INFY").get().to_dict() or {}), "symbol": "TCS",
         "user_id": first.who.user_id, "account_id": first.who.account_id})  # fmt: skip
    one, other = visit().use_demo_account(), visit()
    other.sign_in("second@lockstep.test", "another-one")
    other.on("Overview")
    expect(one.row("Open positions", "TCS")).to_be_visible()
    expect(other.row("Open positions", "INFY")).to_be_visible()
    expect(other.row("Open positions", "TCS")).to_have_count(0)
    expect(one.row("Open positions", "INFY")).to_have_count(0)


def test_a_bots_address_shows_nothing_to_someone_else(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.auth.create_user("second@lockstep.test", "another-one", "second-user")
    stack.seed("second-user", "paper-second", name="Second")
    stack.firestore.document("bots/bot-tech").update({"user_id": "demo-owner", "account_id": "paper-demo"})
    dashboard = visit()
    dashboard.sign_in("second@lockstep.test", "another-one")
    dashboard.on("Overview").open("/bots/bot-tech")
    expect(dashboard.page.get_by_text("No bot has this address")).to_be_visible()


def _read(stack: Stack, path: str, token: str) -> int:
    """The status of reading a document with this token, as any client could."""
    base = f"http://{stack.firestore_host}/v1/projects/{stack.firestore.project}/databases/(default)/documents"
    request = urllib.request.Request(f"{base}/{path}", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
