"""At the edge it is asked once more: entries leave while live is effective, exits while the account is ours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

import pytest

from engine.domain.account import Mode
from engine.domain.broker import BrokerReport, VenueOrder, VenuePosition, VenueState
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.errors import CannotStart, Fenced, OutcomeUnknown
from engine.domain.events import OrderExpired
from engine.domain.order import Purpose, Side
from engine.ports import Grant
from engine.runtime.dispatch import EXIT_RESTS_S, Dispatch, Telling
from engine.runtime.last_word import LastWord
from engine.runtime.outgoing import Outgoing
from engine.runtime.ownership import Hold
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.runtime.broker_desk import AT, BrokerDesk, D, order

LIVE = replace(account(), account_id="live-test", mode=Mode.LIVE)
NOT_ARMED = (EffectiveMode.DRY, ("The account is not armed",))


@dataclass
class LeaseFor:
    """A lease with so much left."""

    left_s: float = 9.0
    taken: bool = False
    lapsed_s: float = inf

    def remaining_s(self, grant: Grant) -> float:
        if self.left_s < 0:
            raise Fenced("over")
        return self.left_s

    def look(self, grant: Grant) -> None:
        if self.taken:
            raise Fenced("another has it")
        raise OutcomeUnknown("the store is away")

    def renewal_late_s(self, grant: Grant) -> float:
        return -1.0

    def lapsed_s_ago(self, grant: Grant) -> float:
        return self.lapsed_s


@dataclass
class WatchedDesk(BrokerDesk):
    """A desk of a live account whose lease and mode a test sets; `on_disk` says whether its journal writes."""

    lease: LeaseFor = field(default_factory=LeaseFor)
    effective: tuple[EffectiveMode, tuple[str, ...]] = (EffectiveMode.LIVE, ())
    on_disk: bool = True
    live: bool = True
    waited_out: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock = ManualClock()
        self.outgoing = Outgoing(self.clock, lambda batch: self.written, self.wish)
        spec = LIVE if self.live else account()
        self.hold = Hold(self.lease, Grant(spec.account_id, "one", 1, 0, self.waited_out))  # type: ignore[arg-type]
        self.dispatch = Dispatch(
            spec, self.venue, self.outgoing, Telling(self.told.append, lambda: AT), self.clock,
            last_word=LastWord(spec, self.hold, lambda: self.effective, self.clock), on_disk=self._wait,
        )  # fmt: skip

    def settled(self) -> WatchedDesk:
        """A minute after it began: what an engine of before sent has arrived."""
        self.clock.advance(60.0)
        return self

    def _wait(self, timeout_s: float) -> None:
        if not self.on_disk:
            raise OutcomeUnknown("the disk is full")

    def refused(self, asked: SubmitOrder) -> str | None:
        """Have it sent; the reason for which it was not, None where it left."""
        told = self.ask(asked).step() + self.step(EXIT_RESTS_S)
        expired = [event.reason for event in told if isinstance(event, OrderExpired)]
        assert bool(expired) != (self.calls("submit") == [asked.order_id])
        return expired[0] if expired else None


def entry(mode: EffectiveMode = EffectiveMode.LIVE) -> SubmitOrder:
    return order("IN", mode=mode)


def exit_of(mode: EffectiveMode = EffectiveMode.LIVE) -> SubmitOrder:
    return order("OUT", Purpose.EXIT, mode=mode)


def held(quantity: int, *working: int) -> BrokerReport:
    """What the venue says: a position, and what is left of SELL orders that work."""
    orders = tuple(
        VenueOrder(f"V{n}", None, "ACME", Side.SELL, D(left + 1), D(1), VenueState.WORKING, AT)
        for n, left in enumerate(working)
    )
    return BrokerReport(orders, (), (VenuePosition("ACME", D(quantity), D(500)),) if quantity else (), AT)


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
