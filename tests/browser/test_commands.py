"""Every change goes through the API, with the reader's token, and its refusal is shown where it belongs."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.conftest import OWNER, Stack
from tests.browser.pages import Dashboard

Visit = Callable[..., Dashboard]


def top(shown: Locator) -> float:
    """Where it begins, pixels from the window's upper edge."""
    return float(shown.evaluate("(each) => each.getBoundingClientRect().top"))


def bottom(shown: Locator) -> float:
    """Where it ends."""
    return float(shown.evaluate("(each) => each.getBoundingClientRect().bottom"))


def test_a_refused_bot_is_told_field_by_field_and_nothing_typed_is_lost(stack: Stack, visit: Visit) -> None:
    stack.seed()
    errors = [
        {"field": "symbols[1]", "message": "unknown symbol 'NOPE'"},
        {"field": "sizing.value", "message": "must be above 0"},
    ]
    stack.server.answers["POST /bots"] = (400, {"detail": "symbols[1]: unknown symbol 'NOPE'", "errors": errors})
    dashboard = visit().use_demo_account().open("/bots/new")
    page = dashboard.page
    page.get_by_label("Name", exact=True).fill("Two and one")
    page.get_by_label("Symbols, separated by commas").fill("infy, nope")
    page.get_by_label("Size", exact=True).fill("-2")
    page.get_by_role("button", name="Create bot").click()
    expect(page.get_by_label("Symbols, separated by commas")).to_have_accessible_description("unknown symbol 'NOPE'")
    expect(page.get_by_label("Size", exact=True)).to_have_accessible_description("must be above 0")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Two and one")
    expect(page.get_by_label("Size", exact=True)).to_have_value("-2")
    [asked] = stack.server.calls("POST", "/bots")
    assert asked.body["account_id"] == "paper-demo"
    assert asked.body["symbols"] == ["INFY", "NOPE"]
    assert asked.body["sizing"] == {"kind": "equity_pct", "value": -2}


def test_a_phone_goes_to_the_first_wrong_field_with_its_label_in_sight(stack: Stack, visit: Visit) -> None:
    stack.seed()
    errors = [{"field": "building.step_pct", "message": "pyramid_down needs one above 0"},
              {"field": "sizing.value", "message": "must be above 0"}]  # fmt: skip
    stack.server.answers["POST /bots"] = (400, {"detail": "two fields are wrong", "errors": errors})
    page = visit(viewport={"width": 390, "height": 700}).use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("Into a fall")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    page.get_by_label("A further entry").select_option("pyramid_down")
    expect(page.get_by_label("Size of each to the one before")).to_be_visible()
    page.get_by_role("button", name="Create bot").click()
    size = page.get_by_label("Size", exact=True)
    expect(size).to_be_focused()
    assert bottom(page.get_by_role("banner")) <= top(page.get_by_text("Size", exact=True))
    assert bottom(page.get_by_text("must be above 0", exact=True)) <= top(page.locator(".tabbar"))
    expect(page.get_by_label("Price step from the last entry, %")).to_have_accessible_description(
        "pyramid_down needs one above 0"
    )
    [asked] = stack.server.calls("POST", "/bots")
    assert asked.body["building"]["policy"] == "pyramid_down"
    assert asked.body["execution"]["entries"] == "market"


def test_a_refusal_of_no_field_is_scrolled_to_clear_of_the_bar(stack: Stack, visit: Visit) -> None:
    stack.seed()
    stack.server.answers["POST /bots"] = (409, {"detail": "This account has 50 bots, as many as it may."})
    page = visit(viewport={"width": 390, "height": 700}).use_demo_account().open("/bots/new").page
    page.get_by_label("Name", exact=True).fill("One more")
    page.get_by_label("Symbols, separated by commas").fill("infy")
    page.get_by_role("button", name="Create bot").click()
    sentence = page.get_by_text("This account has 50 bots")
    expect(sentence).to_be_in_viewport()
    assert bottom(page.get_by_role("banner")) <= top(sentence)


def test_a_bot_is_paused_and_shows_what_is_asked_until_the_engine_follows(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().open("/bots/bot-tech").on("Tech pair")
    dashboard.page.get_by_role("button", name="Pause").click()
    account.change("bots/bot-tech", desired="paused")
    expect(dashboard.page.get_by_text("Running, pausing")).to_be_visible()
    account.change("bots/bot-tech", **{"status.state": "paused"})
    expect(dashboard.page.get_by_role("button", name="Resume")).to_be_visible()
    assert len(stack.server.sent("POST", "/bots/bot-tech/pause")) == 1


def test_a_dead_letter_is_sent_again_or_discarded_and_leaves_the_screen_when_it_is_gone(
    stack: Stack, visit: Visit
) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Activity")
    pane = dashboard.pane("Not stored")
    expect(dashboard.pane("Newest first")).to_be_visible()
    expect(pane).to_have_count(0)
    for letter, document in (("L1", "FILLKEY" * 12), ("L2", "SIGNALID")):
        stack.firestore.document(f"dead_letters/{letter}").set({
            **account.who.owned(), "collection": "fills", "document_id": document,
            "error": "INVALID_ARGUMENT: too long", "attempts": 2, "first_at": account.who.written_at,
            "payload_bytes": 1234567,
        })  # fmt: skip
    lost, given_up = (pane.get_by_role("listitem").filter(has_text=name) for name in ("FILLKEY", "SIGNALID"))
    expect(lost).to_contain_text("INVALID_ARGUMENT: too long (2 attempts")
    dashboard.page.set_viewport_size({"width": 320, "height": 700})
    assert not dashboard.scrolls_sideways()
    failed = {"command_id": "c1", "state": "failed", "result": {"reason": "the journal does not hold this record"}}
    stack.server.answers["POST /dead-letters/L1/retry?wait=10"] = (200, failed)
    lost.get_by_role("button", name="Send again").click()
    expect(lost).to_contain_text("the journal does not hold this record")
    stack.server.answers.clear()
    lost.get_by_role("button", name="Send again").click()
    expect(lost).to_contain_text("Sending again was asked")
    given_up.get_by_role("button", name="Discard").click()
    assert not stack.server.calls("POST", "/dead-letters/L2/discard?wait=10"), "it is asked once more"
    given_up.get_by_role("button", name="Discard for good").click()
    expect(given_up).to_contain_text("Discarding was asked")
    assert len(stack.server.calls("POST", "/dead-letters/L1/retry?wait=10")) == 2
    assert len(stack.server.calls("POST", "/dead-letters/L2/discard?wait=10")) == 1
    for letter in ("L1", "L2"):
        stack.firestore.document(f"dead_letters/{letter}").delete()
    expect(pane).to_have_count(0)


def test_the_service_is_told_that_the_screen_is_watched(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit()
    with dashboard.page.expect_response("**/api/v1/presence"):
        dashboard.use_demo_account()
    assert stack.server.calls("POST", "/presence")[0].body == {"account_id": "paper-demo"}


def test_the_keyboard_goes_to_every_list(stack: Stack, visit: Visit) -> None:
    stack.seed()
    dashboard = visit().use_demo_account()
    for letter, title in (
        ("b", "Bots"),
        ("p", "Positions"),
        ("r", "Orders"),
        ("f", "Fills"),
        ("t", "Trades"),
        ("a", "Activity"),
        ("k", "Risk"),
        ("l", "Alerts"),
        ("e", "Records"),
        ("o", "Overview"),
    ):
        dashboard.page.keyboard.press("g")
        dashboard.page.keyboard.press(letter)
        dashboard.on(title)
    dashboard.page.keyboard.press("?")
    expect(dashboard.page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_paper_bots_like_is_made_on_the_live_account_and_shown_there(stack: Stack, visit: Visit) -> None:
    live = stack.seed(OWNER, "live-angelone", "Savings")
    live.change("accounts/live-angelone", mode="live", effective_mode="dry")
    live.change("bots/bot-tech", name="Tech with money")
    made = live.client.document("bots/bot-tech").get().to_dict()
    stack.seed(name="Practice")
    live.client.document("bots/tech-live").set({**made, "desired": "stopped"})
    stack.server.answers["POST /bots/bot-tech/promote"] = (201, {"id": "tech-live"})
    dashboard = visit().use_demo_account()
    page = dashboard.page
    page.get_by_role("button", name="Practice").click()
    dashboard.open("/bots/bot-tech")
    page.get_by_role("button", name="Promote to live").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it on Savings").click()
    expect(page.get_by_role("heading", name="Tech with money")).to_be_visible()
    expect(page.get_by_role("button", name="Promote to live")).to_have_count(0)
    [asked] = stack.server.calls("POST", "/bots/bot-tech/promote")
    assert asked.body == {"account_id": "live-angelone"}
