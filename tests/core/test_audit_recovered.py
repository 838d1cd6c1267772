"""The audit log goes on over restarts, after lost journals and in replays that are played again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    HaltChanged,
)
from engine.domain.found import ChainFound
from engine.domain.records import AuditHead
from tests.builders.audited import checked, head_of
from tests.builders.desk import Desk, desk, enter, fill
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.core.audited_desk import actions, log, restarted, traded

D = Decimal


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
