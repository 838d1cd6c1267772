"""`lockstep explain`: for any bar of a busy day, what the engine decided there, read back from the store."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cache
from typing import Any

import pytest

from engine.adapters.firestore.bot_document import new_bot
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.cli import explain as explain_command
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, SECOND, Instant, iso
from engine.domain.records import DecisionRecord, SignalRecord
from engine.domain.signal import Outcome
from engine.ports import Pending
from engine.simulation.clock import ManualClock
from local.firestore import FirestoreEmulator
from tests.builders.paper import Books, bot
from tests.builders.times import MONDAY, TUESDAY, at
from tests.cli.command import lockstep
from tests.core import days

READ = {"decisions", "trading_signals", "orders", "fills"}
BATCH = 100
KEEN = bot("keen", days.SYMBOLS, buy_at=40, sell_at=40, confirm_s=60, cooldown_s=7200)
BOTS = (*days.BOTS, KEEN)


@cache
def busy() -> Books:
    """A busy account up to the afternoon of its first day, with a halt in between."""
    ran = days.desk(BOTS)
    for event in days.market():
        if getattr(event, "at", 0) >= at("13:00"):
            return ran
        ran.step(event)
    raise AssertionError("the day is shorter than that")


def deliver(ran: Books, bots: Sequence[BotSpec], wire: Wire) -> FirestoreDocuments:
    """The bots as the API makes them, and what the account published about them as the relay writes it."""
    clock = ManualClock()
    lease = FirestoreLease(wire, clock)
    store = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
    documents = FirestoreDocuments(wire, clock, lambda: 0.5)
    for spec in bots:
        fields = new_bot(ran.state.account, spec, clock.now())
        documents.change("paper-test", lambda t, s=spec, f=fields: t.create("bots", s.bot_id, f) or {})  # type: ignore[misc]
    grant = lease.acquire(ran.state.account, "here", "a.journal", old_holder_dead=True)
    told = [effect for effect in ran.effects if effect.record.collection in READ]
    pending = [Pending(e.sequence, e.sequence, e.record, 100) for e in told]
    for first in range(0, len(pending), BATCH):
        store.commit(grant, pending[first : first + BATCH])
    return documents


@cache
def stored() -> FirestoreDocuments:
    return deliver(busy(), BOTS, MemoryWire())


def explained(bot_id: str, moment: Instant, *words: str, read: FirestoreDocuments | None = None) -> tuple[int, str]:
    """Run the command on documents that a test gives it; its exit code and what it printed."""
    parser = argparse.ArgumentParser()
    explain_command.add_parser(parser.add_subparsers(), lambda: read or stored())
    arguments = parser.parse_args(["explain", bot_id, "--at", iso(moment), *words])
    out = io.StringIO()
    with redirect_stdout(out):
        code: int = arguments.run(arguments)
    return code, out.getvalue()


def told(bot_id: str, moment: Instant, *words: str) -> dict[str, Any]:
    """Its JSON."""
    found: dict[str, Any] = json.loads(explained(bot_id, moment, "--json", *words)[1])
    return found


def signal_of(outcome: Outcome, reason: str | None = None) -> SignalRecord:
    """The day's first signal with this outcome, blocked for this reason."""
    return next(one for one in busy().signals if one.outcome == outcome and reason in (None, one.blocking_reason))


def test_every_decision_of_the_day_is_found_by_the_open_and_by_the_last_moment_of_its_bar() -> None:
    decisions = [one for one in busy().all(DecisionRecord) if one.bot_id == "wide" and one.day == MONDAY]
    assert len(decisions) > 30
    for one in decisions[::5]:
        for moment in (one.at - 5 * MINUTE, one.at - 1):
            (bar,) = told("wide", moment)["bars"]
            assert (bar["closed_at"], bar["bar_at"]) == (iso(one.at), iso(one.at - 5 * MINUTE))
            assert (bar["score"], bar["verdict"], bar["detail"]) == (one.score, one.verdict, one.detail)
            assert bar["inputs"] == dict(one.inputs)


def test_every_signal_of_the_day_is_found_from_its_bar_with_its_outcome() -> None:
    signals = busy().signals
    assert {one.bot_id for one in signals} == {one.bot_id for one in BOTS}
    for one in signals:
        (bar,) = told(one.bot_id, one.bar_at, "--symbol", one.symbol)["bars"]
        assert bar["verdict"] == "signal"
        assert bar["signal"]["id"] == one.signal_id
        assert (bar["signal"]["outcome"], bar["signal"]["blocking_reason"]) == (one.outcome, one.blocking_reason)


def test_an_order_is_shown_with_its_fate() -> None:
    signal = signal_of(Outcome.ORDERED)
    order = next(one for one in busy().orders if one.order_id == signal.order_id)
    code, page = explained(signal.bot_id, signal.bar_at, "--symbol", signal.symbol)
    assert code == 0
    assert f"order      {order.order_id}, {order.side}" in page
    assert f": {order.state}, " in page
    steps = told(signal.bot_id, signal.bar_at, "--symbol", signal.symbol)["bars"][0]["order"]["history"]
    assert [(step["state"], step["at"]) for step in steps] == [(str(s.state), iso(s.at)) for s in order.history]


def test_a_refusal_is_shown_with_its_reason_and_sentence() -> None:
    signal = signal_of(Outcome.BLOCKED)
    _, page = explained(signal.bot_id, signal.bar_at, "--symbol", signal.symbol)
    assert f"risk       blocked ({signal.blocking_reason}): {signal.blocking_detail}" in page
    assert signal.order_id is not None
    assert f"order      {signal.order_id}, {signal.type} " in page
    assert f"refused, 0 filled: {signal.blocking_reason}" in page


def test_a_cool_down_counts_from_the_last_fill_before_the_bars_close() -> None:
    signal = signal_of(Outcome.BLOCKED, "cooldown")
    fills = [one.filled_at for one in busy().fills if (one.bot_id, one.symbol) == (signal.bot_id, signal.symbol)]
    last = max(moment for moment in fills if moment < signal.confirmed_at)
    (bar,) = told(signal.bot_id, signal.bar_at, "--symbol", signal.symbol)["bars"]
    cooldown = bar["cooldown"]
    left = -(-(last + 7200 * SECOND - signal.confirmed_at) // SECOND)
    assert cooldown == {"length_s": 7200, "left_s": left, "last_fill_at": iso(last)}
    assert 0 < left <= 7200


def test_a_quiet_bar_says_that_nothing_was_asked_and_no_fill_was_before() -> None:
    code, page = explained("wide", at("09:17"))
    assert code == 0
    assert "09:15 in the venue's zone" in page
    assert "verdict    warming: " in page
    assert "no signal on this bar" in page
    assert "none: no fill before (120 s after one)" in page


def test_all_symbols_of_the_bar_are_told_unless_one_is_named() -> None:
    assert [bar["symbol"] for bar in told("swift", at("11:00"))["bars"]] == ["ACME", "BOLT", "CORK", "DELL"]
    assert [bar["symbol"] for bar in told("swift", at("11:00"), "--symbol", "CORK")["bars"]] == ["CORK"]


def test_a_time_without_a_bar_says_what_is_there() -> None:
    code, page = explained("wide", at("08:00"))
    assert code == 1
    assert f"the first is CORK closed {iso(at('09:20'))} and the last CORK closed" in page
    code, page = explained("wide", at("08:00", "2026-06-01"))
    assert (code, "none within a day of it" in page) == (1, True)


def test_the_days_last_bar_may_be_shorter_than_the_others() -> None:
    hourly = bot("hourly", ("ACME",), timeframe="1h")
    ran = days.desk((hourly,))
    ran.run(days.market((MONDAY, TUESDAY), every_s=60))
    _, out = explained("hourly", at("15:20"), "--json", read=deliver(ran, (hourly,), MemoryWire()))
    (bar,) = json.loads(out)["bars"]
    assert (bar["bar_at"], bar["closed_at"]) == (iso(at("15:15")), iso(at("15:30")))


def test_a_bot_account_or_symbol_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no bot 'nobody'"):
        explained("nobody", at("11:00"))
    with pytest.raises(InvalidValue, match="a bot of 'paper-test'"):
        explained("wide", at("11:00"), "--account", "paper-other")
    with pytest.raises(InvalidValue, match="wide trades CORK"):
        explained("wide", at("11:00"), "--symbol", "ACME")


@pytest.mark.parametrize(("when", "says"), [("2026-03-02T10:05", "no time zone"), ("noon", "2026-03-02T10:05+05:30")])
def test_a_time_without_a_zone_is_refused(when: str, says: str) -> None:
    ran = lockstep("explain", "wide", "--at", when)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_the_command_reads_a_real_store(
    firestore_emulator: FirestoreEmulator, firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(busy(), BOTS, connect(firestore_project, firestore_emulator.host))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", firestore_project)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    signal = signal_of(Outcome.ORDERED)
    ran = lockstep("explain", signal.bot_id, "--at", iso(signal.bar_at), "--account", "paper-test", "--json")
    assert (ran.code, ran.err) == (0, "")
    told_of = {bar["symbol"]: bar for bar in json.loads(ran.out)["bars"]}
    assert told_of[signal.symbol]["order"]["id"] == signal.order_id
