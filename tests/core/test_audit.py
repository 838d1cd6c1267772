"""The audit log as the engine makes it: every step noted, each entry tied to the one before."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from engine.core.audit import note
from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.broker import BrokerReport
from engine.domain.events import (
    BotChanged,
    BotRemoved,
    BrokerReported,
    CancelRefused,
    CommandReceived,
    EntriesHeld,
    HaltChanged,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    ReportBegun,
)
from engine.domain.found import ChainFound
from engine.domain.records import AuditHead, AuditRecord
from tests.builders.audited import checked, head_of
from tests.builders.desk import LOOSE, desk, enter, fill
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.core.audited_desk import actions, log, traded

D = Decimal


def test_a_trade_leaves_a_whole_chain_that_anyone_can_recompute() -> None:
    made = traded()
    entries = log(made.records)
    assert len(entries) > 6
    assert checked(entries, head_of(entries)) == []
    previous = ""
    for number, one in enumerate(entries, start=1):
        told = ["lockstep-audit-1", "paper-test", number, one.actor, one.action, one.subject]
        told += [dict(one.before), dict(one.after), one.at, previous]
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        assert one.hash == sha256(text.encode()).hexdigest() == one.document_id
        previous = one.hash


def test_each_entry_is_followed_by_where_the_chain_stands() -> None:
    made = traded()
    for number, record in enumerate(made.records):
        if isinstance(record, AuditRecord):
            assert made.records[number + 1] == AuditHead("paper-test", record.number, record.hash)


def test_each_step_of_an_order_is_noted_by_who_took_it() -> None:
    made = traded()
    entry, exit_order = made.sent
    assert actions(made, entry.order_id) == [
        ("alpha", "order_sent"),
        ("broker", "order_accepted"),
        ("broker", "order_partially_filled"),
        ("broker", "order_filled"),
    ]
    assert actions(made, exit_order.order_id)[0] == ("engine", "order_sent")
    filled = next(one for one in log(made.records) if one.action == "order_filled")
    assert filled.before == {"filled_quantity": "40"}
    assert {"quantity": "60", "price": "100", "of": "100", "state": "filled"}.items() <= filled.after.items()
    sent = log(made.records)[1]
    assert {"symbol": "ACME", "side": "BUY", "quantity": "100", "purpose": "entry"}.items() <= sent.after.items()


def test_what_goes_wrong_with_an_order_is_noted_with_its_reason() -> None:
    made = desk()
    [first] = enter(made, 1, "100.00")
    made.take(CommandReceived("c1", "cancel_order", {"order_id": first.order_id, "by": "asha"}))
    made.take(CancelRefused(first.order_id, "too late", first.at))
    made.take(CommandReceived("c2", "cancel_order", {"order_id": first.order_id}))
    made.take(fill(first, 0, D(10), D(100)))
    made.take(OrderCancelled(first.order_id, "as asked", first.at))
    made.take(fill(first, 1, D(90), D(100)))
    assert actions(made, first.order_id) == [
        ("alpha", "order_sent"),
        ("broker", "order_accepted"),
        ("engine", "order_cancel_requested"),
        ("broker", "order_cancel_refused"),
        ("engine", "order_cancel_requested"),
        ("broker", "order_partially_filled"),
        ("broker", "order_cancelled"),
        ("broker", "order_partially_filled"),
    ]
    refused, ended = (one for one in log(made.records) if one.action in ("order_cancel_refused", "order_cancelled"))
    assert (refused.after["reason"], ended.after["reason"]) == ("too late", "as asked")
    assert ended.after["filled_quantity"] == "10"
    assert [(one.actor, one.action) for one in log(made.records) if one.subject in ("c1", "c2")] == [
        ("asha", "command_cancel_order"), ("user", "command_cancel_order"),
    ]  # fmt: skip


def test_an_order_without_an_answer_and_its_difference_are_noted() -> None:
    made = desk()
    before = len(made.sent)
    made.accept = lambda order: None  # type: ignore[method-assign]  # the venue says nothing
    enter(made, 1, "100.00")
    order = made.sent[before]
    made.take(OrderUnknown(order.order_id, "no answer", order.at))
    made.take(OrderExpired(order.order_id, "never reached the broker", order.at))
    assert actions(made, order.order_id) == [
        ("alpha", "order_sent"), ("engine", "order_unknown"), ("engine", "order_expired"),
    ]  # fmt: skip
    of_difference = [one.action for one in log(made.records) if one.action.startswith("difference")]
    assert of_difference == ["difference_opened", "difference_gone"]


def test_a_rejection_and_a_refusal_are_told_apart() -> None:
    made = desk()
    before = len(made.sent)
    made.accept = lambda order: None  # type: ignore[method-assign]
    enter(made, 1, "100.00")
    order = made.sent[before]
    made.take(OrderRejected(order.order_id, "no margin", order.at))
    assert actions(made, order.order_id)[-1] == ("broker", "order_rejected")
    made.engine.state.policy = replace(LOOSE, notional_min=D(10**12))
    enter(made, 2, "100.00")
    assert [(one.actor, one.action) for one in log(made.records)][-1] == ("engine", "order_refused")


def report(at: int) -> BrokerReported:
    return BrokerReported(BrokerReport((), (), (), at))


def test_a_difference_is_noted_as_it_opens_and_by_whom_it_was_decided() -> None:
    made = traded()
    [entry] = enter(made, 3, "100.00")
    for _ in range(3):
        made.take(ReportBegun())
        made.take(report(entry.at + 1))
    opened = [one for one in log(made.records) if one.action == "difference_opened"]
    assert len(opened) == 1
    identity = opened[0].subject
    decision = {"difference_id": identity, "resolution": "ignore", "by": "asha"}
    made.take(CommandReceived("c9", "resolve_difference", decision))
    assert actions(made, identity) == [("engine", "difference_opened"), ("asha", "difference_ignored")]
    assert actions(made, "c9") == [("asha", "command_resolve_difference")]


def test_halts_and_holds_are_noted_with_what_they_end() -> None:
    made = desk()
    for event in (
        HaltChanged(True, "lunch"), HaltChanged(False, ""), EntriesHeld("disk full"), EntriesHeld(None),
        EntriesHeld(None),
    ):  # fmt: skip
        made.take(event)
    found = [(one.actor, one.action, one.before, one.after) for one in log(made.records)][1:]
    assert found == [
        ("user", "halted", {}, {"text": "lunch"}),
        ("user", "resumed", {"text": "lunch"}, {}),
        ("engine", "entries_held", {}, {"text": "disk full"}),
        ("engine", "entries_let_go", {"text": "disk full"}, {}),
    ]


def test_a_changed_bot_is_noted_with_what_changed_and_no_more() -> None:
    made = desk()
    spec = bot("alpha", ("ACME",), strategy="script", quantity=100)
    made.take(BotChanged(spec, Desired.RUNNING, 2))
    made.take(BotChanged(replace(spec, name="A"), Desired.PAUSED, 3))
    made.take(BotRemoved("alpha"))
    first, changed, removed = log(made.records)
    assert {"desired": "running", "sizing.value": "100", "symbols": "ACME"}.items() <= first.after.items()
    assert (changed.before, changed.after) == (
        {"desired": "running", "name": ""}, {"desired": "paused", "name": "A"},
    )  # fmt: skip
    assert (removed.actor, removed.action, removed.subject) == ("user", "bot_removed", "alpha")


def test_without_views_nothing_is_noted() -> None:
    engine = Engine(account(), scripted({}), views=False)
    note(engine.state, "engine", "tripped", "x")
    engine.process(ChainFound(5, "hash"))
    assert engine.process(HaltChanged(True, "lunch"))
    assert engine.state.chain.number == 0
    assert engine.state.sequence == 2  # an alert and the account


def test_the_same_events_make_the_same_chain() -> None:
    assert log(traded().records) == log(traded().records)
