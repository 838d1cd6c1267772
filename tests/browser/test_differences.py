"""Where broker and books differ the dashboard shows all three sides and a person decides; none is chosen at first."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard
from tests.browser.seeded_account import Seeded

Visit = Callable[..., Dashboard]
TITLE = "INFY: the broker has 40 more than the books"
ADOPT = "POST /differences/D1/adopt?wait=10"
SOON_MS = 60_000


def differ(stack: Stack, account: Seeded, identity: str = "D1", **more: Any) -> None:
    """Write a difference as the engine would, and the account's truth with it."""
    stack.firestore.document(f"differences/{identity}").set({
        **account.who.owned(), "kind": "quantity_mismatch", "subject": "INFY", "symbol": "INFY", "order_id": None,
        "venue_order_id": None, "venue_state": None, "quantity": 40, "price": 1356.9, "ours": "31 held",
        "theirs": "71 held", "state": "open", "at": account.day.market_at, "found_at": account.day.market_at,
        "resolved_at": None, "resolved_by": None, "result": None, **more,
    })  # fmt: skip
    sentence = "INFY: 31 held; the broker: 71 held"
    truth = {"state": "differs", "checked_at": account.who.written_at, "differences": [sentence]}
    account.change("accounts/paper-demo", truth=truth)


def test_the_badge_leads_to_the_card_and_there_is_none_while_all_is_in_step(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    dashboard = visit().use_demo_account().go("Activity")
    expect(dashboard.pane("Newest first")).to_be_visible()
    expect(dashboard.page.get_by_role("region", name="INFY")).to_have_count(0)
    dashboard.go("Overview")
    differ(stack, account)
    badge = dashboard.page.get_by_role("link", name="1 difference decide about it")
    expect(dashboard.page.get_by_role("region", name="Can the rest be believed")).to_contain_text("the broker: 71 held")
    badge.focus()
    dashboard.page.keyboard.press("Enter")
    card = dashboard.on("Activity").pane(TITLE)
    expect(card).to_contain_text("71 held")
    expect(card).to_contain_text("31 held")
    expect(card).to_contain_text("Entries on INFY are closed until you decide; exits go on.")


def test_nothing_is_chosen_at_first_and_each_choice_says_its_result_in_numbers(stack: Stack, visit: Visit) -> None:
    differ(stack, stack.seed())
    card = visit().use_demo_account().go("Activity").pane(TITLE)
    for name in ("Adopt", "Ignore", "Flatten"):
        expect(card.get_by_role("radio", name=name, exact=True)).not_to_be_checked()
    expect(card.get_by_role("button", name="Choose what to do")).to_be_disabled()
    adopt = card.get_by_role("radio", name="Adopt", exact=True)
    expect(adopt).to_have_accessible_description(
        "The books take it: buy 40 at 1,356.90. INFY goes from 31 to 71. Booked as 40 held by hand."
    )
    flatten = card.get_by_role("radio", name="Flatten", exact=True)
    expect(flatten).to_have_accessible_description(
        "The books take it: buy 40 at 1,356.90. INFY goes from 31 to 71. "
        "Then all of it is closed at the market: sell 71 INFY."
    )
    assert not [asked for asked in stack.server.asked if "differences" in asked.path]


def test_a_decision_is_made_by_the_keyboard_and_its_result_stays_in_sight(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    differ(stack, account)
    stack.server.answers[ADOPT] = (
        200,
        {"command_id": "c1", "state": "done", "result": {"result": "BUY 40 held by hand"}},
    )
    dashboard = visit().use_demo_account().go("Activity")
    card = dashboard.pane(TITLE)
    card.get_by_role("radio", name="Adopt", exact=True).focus()
    dashboard.page.keyboard.press("Space")
    dashboard.page.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Adopt 40 INFY")).to_be_focused()
    dashboard.page.keyboard.press("Enter")
    expect(dashboard.pane("Decided")).to_contain_text("BUY 40 held by hand")
    [asked] = stack.server.calls("POST", "/differences/D1/adopt?wait=10")
    assert asked.token
    account.change("differences/D1", state="adopted")
    expect(card).to_have_count(0)


def test_a_refusal_stands_under_the_choices_and_another_can_be_taken(stack: Stack, visit: Visit) -> None:
    differ(stack, stack.seed())
    why = "the books can't take it: INFY is not traded here"
    stack.server.answers[ADOPT] = (200, {"command_id": "c1", "state": "failed", "result": {"reason": why}})
    card = visit().use_demo_account().go("Activity").pane(TITLE)
    card.get_by_text("Adopt", exact=True).click()
    card.get_by_role("button", name="Adopt 40 INFY").click()
    expect(card.get_by_role("alert")).to_contain_text(why)
    card.get_by_text("Ignore", exact=True).click()
    expect(card.get_by_role("alert")).to_have_count(0)
    expect(card.get_by_role("button", name="Ignore 40 INFY")).to_be_enabled()


def test_an_engine_that_is_slow_is_followed_to_its_word(stack: Stack, visit: Visit) -> None:
    account = stack.seed()
    differ(stack, account)
    stack.server.answers[ADOPT] = (202, {"command_id": "c9", "state": "accepted", "result": {}})
    card = visit().use_demo_account().go("Activity").pane(TITLE)
    card.get_by_text("Adopt", exact=True).click()
    card.get_by_role("button", name="Adopt 40 INFY").click()
    expect(card.get_by_role("status")).to_contain_text("Asked; the engine has not acted on it yet")
    expect(card.get_by_role("radio", name="Ignore", exact=True)).to_be_disabled()
    stack.firestore.document("commands/c9").set({
        **account.who.owned(), "kind": "resolve_difference", "state": "failed", "result": {"reason": "no such open"},
    })  # fmt: skip
    expect(card.get_by_role("alert")).to_contain_text("no such open")
    expect(card.get_by_role("radio", name="Ignore", exact=True)).to_be_enabled()


def test_out_of_reach_of_the_store_the_choices_are_off_and_say_why(stack: Stack, visit: Visit) -> None:
    differ(stack, stack.seed())
    dashboard = visit().use_demo_account().go("Activity")
    card = dashboard.pane(TITLE)
    expect(card.get_by_role("radio", name="Adopt", exact=True)).to_be_enabled()
    dashboard.page.context.set_offline(True)
    expect(card).to_contain_text("The choices are off", timeout=SOON_MS)
    expect(card).to_contain_text("Last seen")
    expect(card.get_by_role("radio", name="Adopt", exact=True)).to_be_disabled()
    dashboard.page.context.set_offline(False)
    expect(card.get_by_role("radio", name="Adopt", exact=True)).to_be_enabled(timeout=SOON_MS)


def test_an_order_without_an_answer_has_nothing_to_decide(stack: Stack, visit: Visit) -> None:
    differ(stack, stack.seed(), kind="unknown_order", subject="O1", order_id="O1", quantity=0, price=None,
           ours="BUY 40 (O1) was sent", theirs="no answer yet")  # fmt: skip
    card = visit().use_demo_account().go("Activity").pane("INFY: an order without an answer")
    expect(card).to_contain_text("it is never sent again")
    expect(card.get_by_role("radio")).to_have_count(0)


def test_what_was_adopted_is_held_by_hand_and_leads_to_no_bot(stack: Stack, visit: Visit) -> None:
    stack.seed()
    held = stack.firestore.document("open_positions/bot-tech_INFY").get().to_dict() or {}
    named = {**held, "bot_id": "by-hand-paper-demo"}
    stack.firestore.document("open_positions/by-hand-paper-demo_INFY").set(named)
    row = visit().use_demo_account().row("Open positions", "Held by hand")
    expect(row).to_contain_text("INFY")
    expect(row.get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_cards_fit_at_every_width(stack: Stack, visit: Visit, width: int) -> None:
    account = stack.seed()
    differ(stack, account)
    differ(stack, account, "D2", kind="missed_fill", subject="V-1", order_id="ABCDEFGHIJKLMNO", symbol="RELIANCE",
           ours="no such fill of order ABCDEFGHIJKLMNO", theirs="BUY 1234567 at 123456.75")  # fmt: skip
    dashboard = visit(viewport={"width": width, "height": 800}).use_demo_account().open("/activity").on("Activity")
    card = dashboard.pane("RELIANCE: a fill that the books do not have")
    expect(card.get_by_role("radio", name="Flatten", exact=True)).to_be_visible()
    assert not dashboard.scrolls_sideways()
