"""A live account is dry until the runtime says that it is live: bots decide, entries are written down, exits go on."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.account import Desired, Mode
from engine.domain.canary import Canary
from engine.domain.effective import EffectiveMode
from engine.domain.events import BotChanged, ClockTicked, Event, ModeChanged, Recovered, SessionOpened
from engine.domain.order import OrderState, Purpose
from engine.domain.records import AuditRecord, BotStatusRecord
from engine.domain.signal import Outcome, SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session

BUY, SELL = SignalType.BUY, SignalType.SELL
LIVE, DRY = ModeChanged(EffectiveMode.LIVE), ModeChanged(EffectiveMode.DRY, ("The account is not armed",))
SPEC = replace(account(), account_id="live-test", mode=Mode.LIVE)


def trading(live: bool = True, model: FillModel | None = None, **script: SignalType) -> Books:
    """One bot that signals at the closes of a script."""
    closes = {at(clock): signal for clock, signal in script.items()}
    bots = (bot(strategy="script", quantity=10),)
    spec = SPEC if live else account()
    return paper_loop(bots, make_strategy=scripted({"script": closes}), model=model, spec=spec)


def minute(clock: str) -> tuple[Event, ...]:
    """Prices around a whole minute, so that its bar is judged and an order of it filled."""
    return tick(at(clock) - 10_000_000, 500), tick(at(clock) + 1_000_000, 500)


def test_a_live_account_is_dry_until_it_is_told_otherwise() -> None:
    books = trading(**{"09:30": BUY, "09:31": BUY})
    books.step(*minute("09:30"), LIVE, *minute("09:31"))
    dry, live = books.signals
    assert (dry.outcome, dry.blocking_reason) == (Outcome.BLOCKED, "dry")
    assert "has not looked around yet" in (dry.blocking_detail or "")
    assert live.outcome is Outcome.ORDERED
    assert [(order.state, order.execution_mode) for order in books.orders] == [(OrderState.FILLED, EffectiveMode.LIVE)]


def test_while_dry_entries_are_recorded_with_the_reason_and_exits_go_on() -> None:
    books = trading(**{"09:30": BUY, "09:31": BUY, "09:32": SELL})
    books.step(LIVE, *minute("09:30"), DRY, *minute("09:31"), *minute("09:32"))
    bought, blocked, sold = books.signals
    assert (bought.outcome, sold.outcome) == (Outcome.ORDERED, Outcome.ORDERED)
    assert (blocked.blocking_reason, blocked.blocking_detail) == ("dry", "Dry: The account is not armed")
    assert books.state.portfolio.all() == []
    modes = [(order.purpose, order.execution_mode) for order in books.orders]
    assert modes == [(Purpose.ENTRY, EffectiveMode.LIVE), (Purpose.EXIT, EffectiveMode.DRY)]


def test_entries_on_their_way_are_taken_back_when_it_becomes_dry() -> None:
    books = trading(model=FillModel(latency_ms=60_000), **{"09:30": BUY})
    books.step(LIVE, tick("09:29:50", 500), ClockTicked(at("09:30")), DRY, tick("09:30:10", 500))
    assert [(order.state, order.reason) for order in books.orders] == [(OrderState.CANCELLED, "live trading is dry")]


def test_each_change_is_told_once_and_is_in_the_audit_log() -> None:
    books = trading()
    books.step(LIVE, LIVE, DRY, replace(DRY, reasons=("No prices come",)), LIVE)
    assert [alert.kind for alert in books.alerts] == ["live", "dry", "live"]
    noted = [entry.after for entry in books.all(AuditRecord) if entry.action == "mode_changed"]
    assert noted == [{"text": "live"}, {"text": "dry", "reasons": "The account is not armed"}, {"text": "live"}]


def test_bots_say_why_they_can_not_trade_as_the_reasons_change() -> None:
    books = trading()
    books.step(LIVE, DRY, replace(DRY, reasons=("No prices come",)))
    status = books.all(BotStatusRecord)[-1]
    assert (status.can_trade, status.blocking_reason, status.blocking_detail) == (False, "dry", "Dry: No prices come")


def test_a_paper_account_is_paper_whatever_anybody_says() -> None:
    books = trading(live=False, **{"09:30": BUY})
    books.step(DRY, LIVE, *minute("09:30"))
    assert [order.execution_mode for order in books.orders] == [EffectiveMode.PAPER]
    assert books.alerts == []


def test_a_live_account_that_is_told_paper_stays_what_it_was() -> None:
    books = trading(**{"09:30": BUY})
    books.step(ModeChanged(EffectiveMode.PAPER), *minute("09:30"))
    assert [signal.blocking_reason for signal in books.signals] == ["dry"]


def test_an_open_order_keeps_its_mode_over_a_restart() -> None:
    books = trading(model=FillModel(latency_ms=60_000), **{"09:30": BUY})
    books.step(LIVE, tick("09:29:50", 500), ClockTicked(at("09:30")))
    after = paper_loop(opened=False, spec=SPEC)
    after.step(Recovered(books.newest(), books.state.sequence))
    assert [order.mode for order in after.state.open_orders()] == [EffectiveMode.LIVE]
    assert after.state.mode is EffectiveMode.DRY


def days(books: Books, *names: str) -> None:
    """A session each, with a bar that is judged."""
    for name in names:
        opened = session(name)
        books.step(SessionOpened(opened, opened.open_at))
        for seconds in (30, 90):
            books.step(tick(opened.open_at + seconds * 1_000_000, 500))


def sessions(books: Books) -> int:
    return next(iter(books.state.bots.values())).sessions


def test_a_session_counts_for_a_bot_once_the_next_has_begun() -> None:
    books = trading(live=False)
    days(books, "2026-03-02", "2026-03-03", "2026-03-04")
    assert sessions(books) == 2
    assert books.all(BotStatusRecord)[-1].session_day == "2026-03-04"


def test_sessions_are_kept_over_a_restart_and_begin_anew_with_another_parameter() -> None:
    books = trading(live=False)
    days(books, "2026-03-02", "2026-03-03", "2026-03-04")
    for parameters, expected in (({}, 3), ({"confirm_s": 60}, 0)):
        after = paper_loop(opened=False, make_strategy=scripted({"script": {}}))
        after.step(Recovered(books.newest(), books.state.sequence))
        spec = replace(bot(strategy="script", quantity=10), parameters=parameters)
        after.step(BotChanged(spec, Desired.RUNNING, 2))
        days(after, "2026-03-05")
        assert sessions(after) == expected, parameters


def test_changing_what_a_bot_decides_by_begins_its_sessions_anew_and_its_size_does_not() -> None:
    books = trading(live=False)
    days(books, "2026-03-02", "2026-03-03")
    books.step(BotChanged(bot(strategy="script", quantity=20), Desired.RUNNING, 2))
    assert sessions(books) == 1
    books.step(BotChanged(replace(bot(strategy="script"), timeframe="5m"), Desired.RUNNING, 3))
    assert sessions(books) == 0


def test_a_new_live_bot_trades_under_its_caps_until_it_has_closed_enough_trades() -> None:
    script = {"09:30": BUY, "09:31": SELL, "09:32": BUY, "09:33": SELL, "09:34": BUY}
    closes = {at(clock): signal for clock, signal in script.items()}
    canary = Canary(notional_max=account().cash / 200, leverage_max=Canary().leverage_max, trades=1)  # 5,000
    small = replace(bot(strategy="script", quantity=10), canary=canary)
    books = paper_loop((small,), make_strategy=scripted({"script": closes}), spec=SPEC)
    books.step(LIVE, *minute("09:30"), *minute("09:31"))
    assert [order.state for order in books.orders] == [OrderState.FILLED, OrderState.FILLED]
    status = [record.canary for record in books.all(BotStatusRecord)]
    assert (status[0], status[-1]) == (status[0], None)
    assert status[0] is not None
    assert (status[0].trades, status[0].trades_done) == (1, 0)
    books.step(BotChanged(replace(small, canary=replace(canary, trades=2)), Desired.RUNNING, 2))
    books.step(BotChanged(replace(bot(strategy="script", quantity=11), canary=replace(canary, trades=2)),
                          Desired.RUNNING, 3), *minute("09:32"))  # fmt: skip
    refused = books.orders[-1]
    assert (refused.state, refused.reason) == (OrderState.REFUSED, "canary")
    detail = books.signals[-1].blocking_detail or ""
    assert "canary limit 5000.00: the bot is new here (1 of 2 trades closed)" in detail
