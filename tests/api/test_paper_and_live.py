"""The API never answers for two accounts at once, whatever their modes, and makes no live one."""

from __future__ import annotations

import pytest

from engine.ports import Fields, Transaction
from tests.api.conftest import World
from tests.api.world import ASHA, account_fields


@pytest.fixture
def two_accounts(world: World) -> World:
    """Asha has a live account beside her paper one, as if somebody had made one."""
    fields = {**account_fields(ASHA, "live-1"), "mode": "live", "cash": 5.0, "equity": 7.0}
    world.documents.change("live-1", lambda transaction: _become(transaction, fields))
    return world


def _become(transaction: Transaction, fields: Fields) -> Fields:
    transaction.update("users", ASHA, {"accounts": ["live-1", "paper-demo"]})
    transaction.create("accounts", "live-1", fields)
    return {}


def test_the_api_never_answers_for_two_accounts_at_once(two_accounts: World) -> None:
    for path in ("/portfolio/summary", "/portfolio/profits", "/portfolio/stats", "/portfolio/equity", "/orders",
                 "/fills", "/trades", "/signals", "/positions", "/alerts", "/differences", "/countdown"):  # fmt: skip
        answer = two_accounts.call("GET", path)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "account_id"), path


def test_each_account_is_answered_with_its_own_numbers(two_accounts: World) -> None:
    for name, equity in (("live-1", 7.0), ("paper-demo", 1_000_000.0)):
        answer = two_accounts.call("GET", f"/portfolio/summary?account_id={name}")
        assert (answer.json["account_id"], answer.json["equity"]) == (name, equity)
    for path in ("/orders", "/fills", "/trades", "/positions", "/signals", "/differences"):
        assert two_accounts.call("GET", f"{path}?account_id=live-1").json["items"] == [], path
        items = two_accounts.call("GET", f"{path}?account_id=paper-demo").json["items"]
        assert {item["account_id"] for item in items} == {"paper-demo"}, path
    assert two_accounts.call("GET", "/portfolio/profits?period=all&account_id=live-1").json["trades"] == 0


def test_the_api_makes_no_account_and_no_bot_on_one_that_is_not_there(world: World) -> None:
    rules = {rule.rule for rule in world.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert "/api/v1/accounts" not in rules
    before = world.everything()
    body = {"strategy": "confluence", "symbols": ["INFY"], "account_id": "live-1"}
    assert world.call("POST", "/bots", json=body).status_code == 404
    assert world.call("POST", "/bots", json={**body, "account_id": "paper-demo", "mode": "live"}).status_code == 400
    assert world.call("PATCH", "/bots/drift", json={"account_id": "live-1"}).status_code == 400
    assert world.everything() == before
