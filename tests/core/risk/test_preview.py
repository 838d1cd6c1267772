"""What an order would come to: the engine's own word, and nothing of it kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.core.risk.checks import ENTRY_CHECKS
from engine.domain.account import Desired
from engine.domain.events import BotChanged, CommandReceived, HaltChanged
from engine.domain.records import AuditRecord, CommandResult, OrderRecord
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

BUY = SignalType.BUY


def trading(*, quantity: int | None = 10, policy: RiskPolicy | None = None, **options: Any) -> Books:
    """A bot that buys at 09:30, a minute later."""
    books = paper_loop(
        (bot(strategy="script", quantity=quantity, stop="1"),),
        make_strategy=scripted({"script": {at("09:30"): BUY}}, **options),
        spec=account(policy=policy),
    )
    books.step(tick("09:29:10", 500), tick("09:29:50", 500))
    return books


def preview(books: Books, **arguments: str) -> tuple[str, dict[str, Any]]:
    asked = {"bot_id": "alpha", "symbol": "ACME", "side": "BUY", **arguments}
    books.step(CommandReceived("C", "preview_order", asked))
    done = books.all(CommandResult)[-1]
    result = dict(done.result)
    for name in ("checks", "charge_lines"):
        if name in result:
            result[name] = json.loads(result[name])
    return done.state, result


def test_a_preview_is_what_the_order_then_is() -> None:
    books = trading()
    _, said = preview(books)
    assert books.orders == []
    books.step(tick("09:30", 500), tick("09:31", 500))
    (order,) = books.orders
    assert (said["outcome"], said["purpose"], said["quantity"], said["price"]) == ("ordered", "entry", "10", "500.00")
    assert said["at_risk_pct"] == f"{order.at_risk_pct:.4f}"
    kept = {name: {"ok": c.ok, "found": c.found, "allowed": c.allowed} for name, c in order.checks.items()}
    later = {"stale_quote": None, "temperature": None}  # the price is older at the close, and there is a score
    assert {**said["checks"], **later} == {**kept, **later}
    assert Decimal(said["charges"]) == sum(map(Decimal, said["charge_lines"].values())) > 0


def test_a_preview_leaves_nothing_behind() -> None:
    books = trading()
    before = len(books.effects)
    preview(books)
    assert [type(effect.record) for effect in books.effects[before:]] == [CommandResult]
    assert books.state.orders == {}
    assert not books.all(OrderRecord)
    assert not [entry for entry in books.all(AuditRecord) if "preview" in entry.action]


def test_a_preview_names_the_limit_that_would_refuse_and_tells_every_check() -> None:
    state, said = preview(trading(), quantity="101")
    assert (state, said["outcome"], said["blocking_reason"]) == ("done", "blocked", "notional")
    assert said["blocking_detail"] == "Worth 50500.00, limit 50000.00 (5 % of equity)"
    assert len(said["checks"]) == len(ENTRY_CHECKS)
    assert said["notional"] == "50500.00"


def test_a_preview_with_a_limit_is_judged_at_its_limit() -> None:
    _, said = preview(trading(), limit_price="502.55")
    assert (said["blocking_reason"], said["price"]) == ("slippage", "502.55")


def test_a_preview_says_what_stands_before_any_limit() -> None:
    books = trading()
    books.step(HaltChanged(True, "odd prices"))
    _, said = preview(books)
    assert (said["outcome"], said["blocking_reason"]) == ("blocked", "halted")
    assert "odd prices" in said["blocking_detail"]
    books = trading()
    books.step(BotChanged(bot(strategy="script", quantity=10, stop="1"), Desired.PAUSED, 2))
    assert preview(books)[1]["blocking_reason"] == "paused"
    assert preview(trading(), side="SELL")[1]["blocking_reason"] == "flat"


def test_without_a_quantity_it_is_what_the_sizing_gives() -> None:
    assert preview(trading(quantity=None))[1]["quantity"] == "100"  # 5 % of a million at 500
    _, said = preview(trading(quantity=None, policy=RiskPolicy(notional_max_pct=Decimal(4))))
    assert (said["quantity"], said["blocking_reason"]) == ("100", "notional")


def test_the_other_side_of_what_is_held_is_an_exit() -> None:
    books = trading()
    books.step(tick("09:30", 500), tick("09:30:20", 500))
    _, said = preview(books, side="SELL")
    assert (said["purpose"], said["outcome"], said["quantity"]) == ("exit", "ordered", "10")
    assert list(said["checks"]) == ["reduce_only"]
    assert preview(books, side="SELL", quantity="11")[1]["blocking_reason"] == "reduce_only"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"bot_id": "nobody"}, "there is no bot nobody"),
        ({"symbol": "BOLT"}, "alpha does not trade BOLT"),
        ({"side": "UP"}, "side must be BUY or SELL, quantity and limit_price numbers"),
        ({"quantity": "ten"}, "side must be BUY or SELL, quantity and limit_price numbers"),
        ({"quantity": "-1"}, "quantity and limit_price must be above 0"),
        ({"limit_price": "NaN"}, "side must be BUY or SELL, quantity and limit_price numbers"),
        ({"quantity": "1e-99999999"}, "side must be BUY or SELL, quantity and limit_price numbers"),
    ],
)
def test_a_preview_of_nonsense_fails_in_words(arguments: dict[str, str], reason: str) -> None:
    assert preview(trading(), **arguments) == ("failed", {"reason": reason})


def test_before_the_first_price_there_is_no_preview() -> None:
    books = paper_loop((bot(strategy="script"),), make_strategy=scripted({}))
    assert preview(books) == ("failed", {"reason": "ACME has no price yet"})


@pytest.mark.parametrize("name", ["quantity", "limit_price"])
def test_a_preview_of_an_absurd_number_is_refused_and_the_engine_goes_on(name: str) -> None:
    books = trading()
    asked = {"quantity": "1e12", "limit_price": "1e12", name: "9007199254740992"}
    state, said = preview(books, **asked)
    assert (state, said) == ("failed", {"reason": "quantity and limit_price must be at most 1000000000000"})
    assert preview(books, quantity="1e12", limit_price="1e12")[0] == "done"
