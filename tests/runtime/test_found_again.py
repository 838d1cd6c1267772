"""Signals of a time in which the store was away and the machine was lost are found again in the market's past."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.domain.account import AccountSpec
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.records import AccountRecord, AlertRecord, BarRecord, DecisionRecord, OrderRecord, SignalRecord
from engine.domain.signal import Outcome
from tests.runtime.small_market import BOTS, DAY, SPEC, Desk, SmallFeed, facts_in, new_household, uncut
from tests.runtime.tied_books import assert_books_tie, documents
from tests.runtime.world import Household


def minute(number: int) -> Instant:
    return DAY.open_at + number * MINUTE


AWAY, DIED, BACK, END = minute(45), minute(60), minute(72), minute(90)


def lost(household: Household, away: Instant = AWAY, died: Instant = DIED) -> None:
    """A life whose store went away, whose machine then died; the market went on."""
    Desk(household).run(away).drain().run(died, away=lambda at: True)


def back(household: Household, at: Instant = BACK) -> Desk:
    """The next machine, when the live market is at an instant, with all it found delivered."""
    return Desk(household, SmallFeed(now=at), instance="two").drain()


def alerts(desk: Desk) -> dict[str, str]:
    return {record.kind: record.text for record in desk.life.outbox.all(AlertRecord)}


def test_every_signal_of_the_outage_is_in_the_store_once_and_no_order_came_of_it() -> None:
    household = new_household()
    lost(household)
    before = facts_in(household.wire)
    desk = back(household)
    after = facts_in(household.wire)
    expected = {key for key, signal in uncut(END).items() if signal.confirmed_at <= BACK}
    assert after.signals.keys() == expected
    again = expected - before.signals.keys()
    assert len(again) >= 3, "or this shows little"
    assert {key: after.signals[key] for key in before.signals} == before.signals
    for key in again:
        found, given = after.signals[key], uncut(END)[key]
        assert (found.type, found.price, found.score, found.reasons, found.bar_at, found.confirmed_at) == (
            given.type, given.price, given.score, given.reasons, given.bar_at, given.confirmed_at,
        )  # fmt: skip
        assert (found.outcome, found.blocking_reason, found.order_id) == (Outcome.EXPIRED, "rederived", None)
    assert after.orders == before.orders
    assert after.fills == before.fills
    assert_books_tie(household)
    assert f"{len(again)} signals" in alerts(desk)["signals_found"]


def test_it_trades_on_from_there_and_signals_to_come_are_its_own() -> None:
    household = new_household()
    lost(household)
    desk = back(household).run(END).drain()
    assert facts_in(household.wire).signals.keys() == uncut(END).keys()
    assert any(signal.order_id for signal in desk.life.outbox.all(SignalRecord))
    assert_books_tie(household)


def test_charts_and_decisions_have_no_hole() -> None:
    cut, whole = new_household(), new_household()
    lost(cut)
    back(cut)
    Desk(whole).run(BACK + 20 * SECOND).drain()
    for collection in ("bars", "decisions"):
        shown = {found["id"]: found["bars"] for found in slots(cut, collection)}
        assert shown == {found["id"]: found["bars"] for found in slots(whole, collection)}, collection


def slots(household: Household, collection: str) -> list[dict[str, object]]:
    if collection == "bars":
        ids = [f"{SPEC.account_id}_{symbol}_{width}_20260302" for symbol in ("ACME", "BOLT") for width in ("1m", "3m")]
        return [found for one in ids if (found := household.documents.get("bars", one))]
    found = []
    for bot in BOTS:
        own = {"user_id": "user", "account_id": SPEC.account_id, "bot_id": bot.bot_id, "day": DAY.day}
        found += household.documents.page("decisions", own, None, 1000, None).items
    return found


def test_what_is_there_already_is_neither_written_nor_numbered_again() -> None:
    household = new_household()
    Desk(household).run(DIED + 20 * SECOND).drain()
    desk = back(household, DIED)
    assert desk.life.outbox.all(SignalRecord) == desk.life.outbox.all(DecisionRecord) == []
    assert desk.life.outbox.all(BarRecord) == desk.life.outbox.all(OrderRecord) == []
    assert set(alerts(desk)) == {"journal_lost"}


def test_numbers_that_the_lost_journal_gave_are_not_given_again() -> None:
    household = new_household()
    first = Desk(household).run(AWAY).drain().run(DIED, away=lambda at: True)
    given = first.life.state.sequence
    assert min(effect.sequence for batch in back(household).life.outbox.given for effect in batch) > given


def test_a_stopped_bot_is_not_made_to_have_given_signals() -> None:
    household = new_household()
    desk = Desk(household).run(minute(38))
    for bot in BOTS:
        household.write("bots", bot.bot_id, desired="stopped")
    look(desk)
    desk.run(minute(60))
    for bot in BOTS:
        household.write("bots", bot.bot_id, desired="running")
    look(desk)
    desk.run(minute(62)).drain()
    before = facts_in(household.wire).signals
    stopped = [signal for signal in uncut(END).values() if minute(38) < signal.confirmed_at < minute(60)]
    assert stopped, "or this shows little"
    back(household, minute(62))
    assert facts_in(household.wire).signals == before
    back(household, BACK)
    later = {key for key, signal in uncut(END).items() if minute(62) < signal.confirmed_at <= BACK}
    assert facts_in(household.wire).signals.keys() - before.keys() == later


def look(desk: Desk) -> None:
    """The control watch sees what people changed."""
    desk.life.watch.look()
    desk.life.session.step_all(desk.life.session.inbox.take(0))


def test_a_bot_that_nobody_saw_running_gives_no_signals_of_the_past() -> None:
    household = new_household()
    lost(household)
    new = replace(BOTS[0], bot_id="new")
    household.control.ensure(SPEC, [*BOTS, new])
    back(household)
    signals = facts_in(household.wire).signals.values()
    assert {signal.bot_id for signal in signals} <= {bot.bot_id for bot in BOTS}


def test_parameters_that_were_changed_give_no_other_past_and_the_difference_is_told() -> None:
    household = new_household()
    Desk(household).run(DIED).drain()
    before = facts_in(household.wire).signals
    household.write("bots", "swift", parameters={**BOTS[0].parameters, "confirm_s": 180})
    desk = back(household, DIED)
    assert facts_in(household.wire).signals == before
    assert "they stay as they are" in alerts(desk)["signals_differ"]


def test_a_signal_that_the_store_has_with_another_price_stays_and_is_told() -> None:
    household = new_household()
    Desk(household).run(DIED).drain()
    key, signal = next(iter(facts_in(household.wire).signals.items()))
    household.write("trading_signals", key, price=float(signal.price) + 1)
    desk = back(household, DIED)
    assert facts_in(household.wire).signals[key].price == signal.price + 1
    assert signal.symbol in alerts(desk)["signals_differ"]


def test_a_lost_signal_whose_order_is_there_names_it() -> None:
    household = new_household()
    Desk(household).run(DIED).drain()
    facts = facts_in(household.wire)
    given = next(signal for signal in facts.signals.values() if signal.outcome is Outcome.ORDERED)
    delete(household, "trading_signals", given.signal_id)
    back(household, DIED)
    assert facts_in(household.wire).signals[given.signal_id] == given


def delete(household: Household, collection: str, document_id: str) -> None:
    """A document that never got there."""
    del household.wire._documents[f"{household.wire.database}/documents/{collection}/{document_id}"]


def test_a_fill_that_never_got_there_never_happened_and_the_books_say_so() -> None:
    household = new_household()
    Desk(household).run(minute(45)).drain()
    last = facts_in(household.wire).fills[-1]
    delete(household, "fills", last.fill_key)
    for trade in documents(household, "closed_trades", "exit_at"):
        if last.fill_key in trade["fill_ids"]:
            delete(household, "closed_trades", trade["id"])
    household.write("orders", last.order_id, filled_quantity=0.0)
    desk = back(household, minute(45))
    assert "Made of its fills again" in alerts(desk)["journal_lost"]
    assert_books_tie(household)


def cash_of(household: Household) -> float:
    account = household.documents.get("accounts", SPEC.account_id)
    assert account is not None
    return float(account["cash"])


def test_fills_that_make_no_books_halt_the_account_and_change_nothing() -> None:
    household = new_household()
    Desk(household).run(minute(75)).drain()
    delete(household, "fills", documents(household, "closed_trades", "exit_at")[0]["fill_ids"][0])
    cash = cash_of(household)
    desk = back(household, minute(75))
    assert desk.life.state.breaker.broken
    assert cash_of(household) == cash
    assert re.search("no position open|closes .* open", alerts(desk)["invariant"])


def test_a_crash_before_anything_of_it_is_on_disk_leaves_nothing_and_the_next_start_does_it_anew() -> None:
    household = new_household()
    lost(household)
    first = Desk(household, SmallFeed(now=BACK), instance="two")
    assert len(first.life.outbox.given) == 1, "all that was found leaves as one batch"
    again = Desk(household, SmallFeed(now=BACK), instance="three").drain()
    expected = {key for key, signal in uncut(END).items() if signal.confirmed_at <= BACK}
    assert facts_in(household.wire).signals.keys() == expected
    assert again.life.state.ledger == first.life.state.ledger


def test_the_new_journal_alone_is_enough_for_the_next_start() -> None:
    household = new_household()
    lost(household)
    first = Desk(household, SmallFeed(now=BACK), instance="two")
    second = Desk(household, SmallFeed(now=BACK), instance="two", journal=first.journal)
    assert second.life.state.ledger.cash == first.life.state.ledger.cash
    kept, made = (life.life.state.portfolio.all() for life in (second, first))
    assert [one.fill_ids for one in kept] == [one.fill_ids for one in made]
    assert second.life.outbox.all(SignalRecord) == []


def test_a_watched_symbol_is_found_again_as_watched() -> None:
    household = new_household()
    feed = SmallFeed(watched="BOLT")
    Desk(household, feed).run(AWAY).drain().run(DIED, away=lambda at: True)
    Desk(household, SmallFeed(now=BACK, watched="BOLT"), instance="two").drain()
    found = [
        one for one in facts_in(household.wire).signals.values() if one.symbol == "BOLT" and one.confirmed_at > AWAY
    ]
    assert {(one.outcome, one.blocking_reason) for one in found} == {(Outcome.WATCH, "watch_only")}


def test_the_first_cash_is_the_accounts_own_whatever_the_settings_say_now() -> None:
    household = new_household()
    lost(household)
    richer: AccountSpec = replace(SPEC, cash=SPEC.cash * 2)
    desk = Desk(household, SmallFeed(now=BACK), instance="two", spec=richer).drain()
    (account,) = desk.life.outbox.all(AccountRecord)[-1:]
    assert account.start_cash == SPEC.cash
    assert_books_tie(household)
