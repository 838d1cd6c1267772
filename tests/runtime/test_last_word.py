"""At the edge it is asked once more: entries leave while live is effective, exits while the account is ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.broker import BrokerReport, VenueOrder, VenueState
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.errors import CannotStart, OutcomeUnknown
from engine.domain.order import Purpose, Side
from engine.runtime.dispatch import EXIT_RESTS_S, Dispatch, Telling
from engine.simulation.clock import ManualClock
from tests.runtime.broker_desk import AT, BrokerDesk, D, order
from tests.runtime.watched_desk import LIVE, LeaseFor, WatchedDesk, held

NOT_ARMED = (EffectiveMode.DRY, ("The account is not armed",))


def entry(mode: EffectiveMode = EffectiveMode.LIVE) -> SubmitOrder:
    return order("IN", mode=mode)


def exit_of(mode: EffectiveMode = EffectiveMode.LIVE) -> SubmitOrder:
    return order("OUT", Purpose.EXIT, mode=mode)


def test_an_entry_that_was_decided_live_leaves_while_live_is_effective() -> None:
    assert WatchedDesk().refused(entry()) is None


@pytest.mark.parametrize("mode", [EffectiveMode.DRY, EffectiveMode.PAPER])
def test_an_entry_without_the_stamp_of_live_does_not_leave(mode: EffectiveMode) -> None:
    assert WatchedDesk().refused(entry(mode)) == f"not sent: it was decided while the account was {mode}"


def test_an_entry_does_not_leave_once_the_account_is_dry_though_it_was_live_when_it_was_decided() -> None:
    desk = WatchedDesk(effective=NOT_ARMED)
    assert desk.refused(entry()) == "not sent: the account is dry now: The account is not armed"


def test_the_mode_is_asked_for_after_waiting_for_the_intent_to_be_written() -> None:
    desk = WatchedDesk()

    def disarmed_meanwhile(timeout_s: float) -> None:
        desk.effective = NOT_ARMED

    desk.written = disarmed_meanwhile
    assert "not armed" in (desk.refused(entry()) or "")


def test_exits_leave_whatever_the_mode_is() -> None:
    assert WatchedDesk(effective=NOT_ARMED).settled().refused(exit_of(EffectiveMode.DRY)) is None


def test_an_entry_waits_for_the_store_and_an_exit_for_the_disk_alone() -> None:
    def away(timeout_s: float) -> None:
        raise OutcomeUnknown("the store is away")

    assert "the store is away" in (WatchedDesk(written=away).refused(entry()) or "")
    assert WatchedDesk(written=away).settled().refused(exit_of()) is None
    assert "the disk is full" in (WatchedDesk(on_disk=False).refused(exit_of()) or "")


@pytest.mark.parametrize("live", [True, False])
def test_entries_stop_two_seconds_before_the_lease_ends(live: bool) -> None:
    stamp = EffectiveMode.LIVE if live else EffectiveMode.PAPER
    assert WatchedDesk(lease=LeaseFor(2.01), live=live).refused(entry(stamp)) is None
    assert "lease" in (WatchedDesk(lease=LeaseFor(2.0), live=live).refused(entry(stamp)) or "")
    assert "lease" in (WatchedDesk(lease=LeaseFor(-1.0), live=live).refused(entry(stamp)) or "")


@pytest.mark.parametrize(
    ("report", "leaves"),
    [
        (held(100), True), (held(150), True), (held(99), False), (held(0), False), (held(-100), False),
        (held(200, 100), True), (held(199, 100), False), (held(100, 100), False),
    ],
)  # fmt: skip
def test_with_the_lease_in_doubt_an_exit_leaves_only_for_what_the_broker_still_shows(
    report: BrokerReport, leaves: bool
) -> None:
    desk = WatchedDesk(lease=LeaseFor(-1.0))
    desk.venue.on_report.append(report)
    assert (desk.refused(exit_of()) is None) == leaves


def test_with_the_lease_in_doubt_an_exit_that_the_broker_has_already_is_not_sent_again() -> None:
    """Somebody else bought meanwhile, so that there would be enough to close for two."""
    report = held(500)
    sent = VenueOrder("V9", "OUT", "ACME", Side.SELL, D(100), D(100), VenueState.FILLED, AT)
    desk = WatchedDesk(lease=LeaseFor(-1.0))
    desk.venue.on_report.append(replace(report, orders=(*report.orders, sent)))
    assert "the broker has this order" in (desk.refused(exit_of()) or "")


def test_with_the_lease_in_doubt_and_a_broker_that_does_not_say_an_exit_waits() -> None:
    desk = WatchedDesk(lease=LeaseFor(1.0))
    desk.venue.on_report.append(OutcomeUnknown("no answer"))
    assert "does not say what is held" in (desk.refused(exit_of()) or "")


def test_while_the_lease_is_sure_the_broker_is_not_asked_for_a_report() -> None:
    desk = WatchedDesk().settled()
    assert desk.refused(exit_of()) is None
    assert desk.calls("report") == []


def test_who_waited_an_engine_out_never_sends_an_exit_that_the_broker_has_from_it() -> None:
    """Seed 261125468: cut off from the store for minutes, it goes on making exits, under the same ids."""
    sent = VenueOrder("V9", "OUT", "ACME", Side.SELL, D(100), D(0), VenueState.WORKING, AT)
    report = held(100)
    desk = WatchedDesk(waited_out=True).settled()
    desk.venue.on_report.append(replace(report, orders=(sent,)))
    assert "the broker has this order" in (desk.refused(exit_of()) or "")


def test_who_waited_an_engine_out_sends_its_exits_where_the_broker_has_less() -> None:
    desk = WatchedDesk(waited_out=True).settled()
    desk.venue.on_report.append(held(40))
    assert desk.refused(exit_of()) is None


def test_who_waited_an_engine_out_keeps_an_exit_for_a_minute_where_the_broker_does_not_say() -> None:
    """Seed 4035464: the other had sent the same a second before, and the one report that would have said so failed."""
    desk = WatchedDesk(waited_out=True).settled()
    for _ in range(3):
        desk.venue.on_report.append(OutcomeUnknown("no answer"))
        assert "does not say what is held" in (desk.refused(exit_of()) or "")
        desk.clock.advance(20.0)
    desk.venue.on_report.append(OutcomeUnknown("no answer"))
    assert desk.refused(exit_of()) is None


def test_a_report_that_failed_long_ago_does_not_count_as_a_minute_of_silence() -> None:
    desk = WatchedDesk(waited_out=True).settled()
    for _ in range(2):
        desk.venue.on_report.append(OutcomeUnknown("no answer"))
        assert "does not say what is held" in (desk.refused(exit_of()) or "")
        desk.clock.advance(600.0)


def test_in_its_first_minute_an_engine_closes_only_what_the_broker_shows() -> None:
    desk = WatchedDesk()
    assert "shows nothing left to close" in (desk.refused(exit_of()) or "")
    desk = WatchedDesk()
    desk.venue.on_report.append(held(100))
    assert desk.refused(exit_of()) is None


def test_an_engine_that_hung_until_its_lease_had_run_out_closes_only_what_the_broker_shows() -> None:
    """Seed 871704248: meanwhile one that was cut off from the store had sent the same exit, and it had filled."""
    desk = WatchedDesk(lease=LeaseFor(lapsed_s=4.0)).settled()
    assert "shows nothing left to close" in (desk.refused(exit_of()) or "")
    assert WatchedDesk(lease=LeaseFor(lapsed_s=60.0)).settled().refused(exit_of()) is None


def test_an_exit_does_not_leave_where_the_store_says_that_another_has_the_account() -> None:
    desk = WatchedDesk(lease=LeaseFor(1.0, taken=True)).settled()
    desk.ask(exit_of()).step()
    assert (desk.calls("submit"), desk.calls("report")) == ([], [])
    assert desk.hold.lost


def test_nothing_leaves_once_the_account_is_known_to_be_anothers() -> None:
    desk = WatchedDesk()
    desk.hold.lost = True
    desk.ask(entry(), exit_of()).step(EXIT_RESTS_S)
    desk.step(60.0)
    assert (desk.calls("submit"), desk.calls("cancel"), desk.told) == ([], [], [])


def test_a_live_account_without_anybody_to_watch_has_no_dispatch() -> None:
    desk = BrokerDesk()
    with pytest.raises(CannotStart, match="live account"):
        Dispatch(LIVE, desk.venue, desk.outgoing, Telling(desk.told.append, lambda: AT), ManualClock())
