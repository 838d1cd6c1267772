"""Two people at one bot, or one in two tabs: nobody's change is overwritten by somebody who has not seen it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Stack
from tests.browser.pages import Dashboard
from tests.browser.seeded_account import Seeded

Visit = Callable[..., Dashboard]
ELSEWHERE = "This bot was changed elsewhere since you opened it here."
SINCE = {"type": "urn:lockstep:problem:changed-since", "title": "Conflict", "status": 409,
         "detail": "The bot was changed since you read it. Look at it again before you change it."}  # fmt: skip


@pytest.fixture
def account(stack: Stack) -> Seeded:
    return stack.seed()


@pytest.fixture
def page(account: Seeded, visit: Visit) -> Page:
    """The form of a bot, opened while the bot was of generation 1."""
    page = visit().use_demo_account().open("/bots/bot-tech/edit").page
    expect(page.get_by_label("Size", exact=True)).to_have_value("5")
    return page


def save(stack: Stack, page: Page, status: int = 200) -> dict[str, Any]:
    """Press Save, and tell what was sent."""
    with page.expect_response("**/api/v1/bots/bot-tech") as answered:
        page.get_by_role("button", name="Save changes").click()
    assert answered.value.status == status
    body: dict[str, Any] = stack.server.calls("PATCH", "/bots/bot-tech")[-1].body
    return body


def test_only_what_was_changed_is_sent_and_from_which_bot(stack: Stack, page: Page) -> None:
    page.get_by_label("Size", exact=True).fill("6")
    page.get_by_label("Name", exact=True).fill("Tech pair ")
    assert save(stack, page) == {"sizing": {"kind": "equity_pct", "value": 6}, "from_generation": 1}
    edit = Dashboard(page, stack.server.url).on("Tech pair").open("/bots/bot-tech/edit")
    page.get_by_role("button", name="Save changes").click()
    edit.on("Tech pair")
    assert len(stack.server.calls("PATCH", "/bots/bot-tech")) == 1, "nothing was changed, and nothing was sent"


def test_a_bot_that_is_paused_meanwhile_is_no_other_bot(stack: Stack, page: Page, account: Seeded) -> None:
    page.get_by_label("Size", exact=True).fill("6")
    account.change("bots/bot-tech", desired="paused", timeframe="15m", generation=2)
    expect(page.get_by_text(ELSEWHERE)).to_be_visible()
    account.change("bots/bot-tech", timeframe="5m", generation=3)
    expect(page.get_by_text(ELSEWHERE)).to_have_count(0)
    assert save(stack, page)["from_generation"] == 3


def test_what_somebody_changed_is_shown_and_the_person_decides(stack: Stack, page: Page, account: Seeded) -> None:
    page.get_by_label("Size", exact=True).fill("6")
    page.get_by_label("Trailing stop, % from the best price").fill("0.5")
    account.change("bots/bot-tech", sizing={"kind": "equity_pct", "value": 8}, generation=2,
                   exits={"stop_pct": 2.0, "target_pct": 1.5})  # fmt: skip
    notice = page.get_by_role("status").filter(has_text=ELSEWHERE)
    expect(notice.get_by_role("listitem")).to_have_text(["Size: 5 to 8 (you typed 6)", "Stop, % from entry: 1 to 2"])
    stack.server.answers["PATCH /bots/bot-tech"] = (409, SINCE)
    stack.server.answers["GET /bots/bot-tech"] = (200, bot_of(account))
    assert save(stack, page, 409)["from_generation"] == 1, "made from the bot that was seen, and no other"
    expect(page.get_by_role("alert")).to_contain_text("The bot was changed since you read it.")
    del stack.server.answers["PATCH /bots/bot-tech"]
    notice.get_by_role("button", name="Keep what I typed").click()
    expect(notice).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Stop, % from entry")).to_have_value("2")
    body = save(stack, page)
    assert (body["sizing"]["value"], body["from_generation"]) == (6, 2)
    assert body["exits"] == {"stop_pct": 2, "target_pct": 1.5, "trail_pct": 0.5}


def test_a_refusal_that_comes_before_the_change_is_shown_is_looked_into(
    stack: Stack, page: Page, account: Seeded
) -> None:
    newer = {**bot_of(account), "generation": 2, "exits": {"stop_pct": 3, "target_pct": 1.5}}
    stack.server.answers["PATCH /bots/bot-tech"] = (409, SINCE)
    stack.server.answers["GET /bots/bot-tech"] = (200, newer)
    page.get_by_label("Name", exact=True).fill("Tech two")
    save(stack, page, 409)
    expect(page.get_by_role("listitem").filter(has_text="Stop, % from entry: 1 to 3")).to_be_visible()
    del stack.server.answers["PATCH /bots/bot-tech"]
    page.get_by_role("button", name="Go on with the new values").click()
    expect(page.get_by_label("Stop, % from entry")).to_have_value("3")
    assert save(stack, page) == {"name": "Tech two", "from_generation": 2}


def bot_of(account: Seeded) -> dict[str, Any]:
    """The bot as the API tells it, as far as the form reads it."""
    fields = account.client.document("bots/bot-tech").get().to_dict() or {}
    told = ("name", "strategy", "symbols", "timeframe", "parameters", "sizing", "exits", "generation")
    return {name: fields[name] for name in told}
