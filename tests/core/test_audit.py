"""The audit log as the engine makes it: every step noted, each entry tied to the one before, over restarts too."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    InstrumentListed,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    Recovered,
    ReportBegun,
)
from engine.domain.found import ChainFound
from engine.domain.records import AuditHead, AuditRecord, Record, slot_of
from tests.builders.audited import checked, head_of
from tests.builders.desk import CASH, LOOSE, Desk, desk, enter, fill, leave, parts_of
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted

D = Decimal


def log(records: Sequence[Record]) -> list[AuditRecord]:
    return [record for record in records if isinstance(record, AuditRecord)]


def actions(made: Desk, subject: str) -> list[tuple[str, str]]:
    """Who did what about a thing."""
    return [(one.actor, one.action) for one in log(made.records) if one.subject == subject]


def newest(made: Desk) -> tuple[Record, ...]:
    """What a journal would hold of each state."""
    states = (record for record in made.records if not record.fact)
    return tuple({(one.collection, one.document_id, slot_of(one)): one for one in states}.values())


def restarted(made: Desk, *, states: Sequence[Record] | None = None, sequence: int = 1_000) -> Desk:
    """Another engine that goes on from what the first wrote down."""
    again = Desk(Engine(account(str(CASH), LOOSE), scripted({"script": {}})), [], [])
    again.take(InstrumentListed(instrument()))
    again.take(Recovered(newest(made) if states is None else tuple(states), sequence))
    return again


def traded() -> Desk:
    """A bot's entry, filled in parts, and a person's exit."""
    made = desk()
    [entry] = enter(made, 1, "100.00")
    for number, part in enumerate(parts_of(entry.quantity, [40])):
        made.take(fill(entry, number, part, D(100)))
    exit_order = leave(made)
    assert exit_order is not None
    made.take(fill(exit_order, 0, exit_order.quantity, D(101)))
    return made


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


def test_after_a_restart_the_chain_goes_on_and_a_bot_that_did_not_change_is_no_news() -> None:
    made = traded()
    again = restarted(made)
    spec = bot("alpha", ("ACME",), strategy="script", quantity=100)
    again.take(BotChanged(spec, Desired.RUNNING, 1))
    assert log(again.records) == []
    again.take(HaltChanged(True, "lunch"))
    entries = [*log(made.records), *log(again.records)]
    assert checked(entries, head_of(entries)) == []
    again.take(BotChanged(spec, Desired.PAUSED, 2))
    assert log(again.records)[-1].action == "bot_changed"


def test_an_order_that_was_open_is_not_noted_again_by_a_restart() -> None:
    made = desk()
    [entry] = enter(made, 1, "100.00")
    again = restarted(made)
    again.take(fill(entry, 0, entry.quantity, D(100)))
    assert actions(again, entry.order_id) == [("broker", "order_filled")]


def test_a_lost_journal_is_said_and_the_chain_goes_on_after_the_newest_entry() -> None:
    made = traded()
    entries = log(made.records)
    arrived = entries[:-2]
    again = restarted(made, states=[AuditHead("paper-test", 3, entries[2].hash)])
    again.take(ChainFound(arrived[-1].number, arrived[-1].hash))
    again.take(HaltChanged(True, "lunch"))
    resumed = log(again.records)[0]
    assert (resumed.action, resumed.actor) == ("chain_resumed", "engine")
    assert resumed.before == {"number": str(arrived[-1].number), "hash": arrived[-1].hash}
    whole = [*arrived, *log(again.records)]
    assert checked(whole, head_of(whole)) == []


def test_entries_that_the_account_knows_of_and_nobody_has_stay_missing() -> None:
    made = traded()
    entries = log(made.records)
    again = restarted(made)
    again.take(ChainFound(entries[-3].number, entries[-3].hash))
    whole = [*entries[:-2], *log(again.records)]
    found = checked(whole, head_of(whole))
    assert [(one.number, one.what) for one in found] == [(entries[-2].number, "missing")]
    assert log(again.records)[0].after["goes_on_after"] == str(entries[-1].number)


def test_an_account_without_a_log_begins_with_number_one() -> None:
    made = restarted(desk(), states=[])
    made.take(ChainFound(0, ""))
    made.take(HaltChanged(True, "lunch"))
    assert [(one.number, one.action) for one in log(made.records)] == [(1, "halted")]


def replayed(known: ChainFound, reasons: Sequence[str]) -> Desk:
    made = Desk(Engine(account(), scripted({})), [], [])
    made.take(known)
    for reason in reasons:
        made.take(HaltChanged(True, reason))
    return made


def test_a_replay_that_comes_to_the_same_entry_says_nothing_of_it() -> None:
    first = replayed(ChainFound(0, "", 0), "ab")
    ended = log(first.records)[-1]
    again = replayed(ChainFound(ended.number, ended.hash, first.engine.state.sequence), "abc")
    assert [one.action for one in log(again.records)] == ["halted"] * 3
    assert log(again.records)[:2] == log(first.records)


def test_a_replay_that_comes_to_another_entry_goes_on_from_the_one_written_down() -> None:
    first = replayed(ChainFound(0, "", 0), "ab")
    sequence = first.engine.state.sequence
    ended = log(first.records)[-1]
    again = replayed(ChainFound(ended.number, ended.hash, sequence), "axc")
    written = [one for one in log(again.records) if one.number > 2]
    whole = [*log(first.records), *written]
    assert [one.action for one in written] == ["chain_resumed", "halted"]
    assert checked(whole, head_of(whole)) == []
