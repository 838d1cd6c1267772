"""A day without Firestore: a live account leaves what it holds, enters nothing, and nothing is missing afterwards."""

from __future__ import annotations

from engine.domain.instant import MINUTE, instant_of
from engine.domain.order import Purpose
from engine.domain.signal import SignalType
from engine.proof.outage import AWAY_FROM, FALLEN, FALLS_AFTER, LEAVES_AFTER, LEFT, Outage
from engine.proof.world import Outcome


def test_nothing_is_violated(day: tuple[Outage, Outcome]) -> None:
    assert day[1].violations == ()


def test_entries_stop_and_exits_work_while_the_store_is_away(day: tuple[Outage, Outcome]) -> None:
    world, _ = day
    amid = world.placed_between(AWAY_FROM, world.back_at)
    left = [placed for placed in amid if placed.purpose is Purpose.EXIT]
    assert [placed.symbol for placed in left] == [LEFT]
    assert abs(left[0].at - AWAY_FROM - LEAVES_AFTER) < 10 * MINUTE
    assert not [placed for placed in amid if placed.purpose is Purpose.ENTRY]
    (stopped,) = [fill for fill in world.exchange.fills if fill.symbol == FALLEN and fill.side.sign < 0]
    assert AWAY_FROM + FALLS_AFTER <= stopped.at < world.back_at


def test_what_was_wanted_meanwhile_is_in_the_store_and_says_why_it_was_not_ordered(
    day: tuple[Outage, Outcome],
) -> None:
    world, _ = day
    given = {at for (_, at), signal in world.prices.signals.items() if signal is SignalType.BUY}
    amid = [at for at in given if AWAY_FROM < at < world.back_at]
    said = [
        (fields["outcome"], fields["blocking_reason"])
        for fields in world.store.all_of("trading_signals")
        if fields["type"] == "BUY" and AWAY_FROM < instant_of(fields["confirmed_at"]) < world.back_at
    ]
    assert said == [("blocked", "dry")] * (2 * len(amid) - 1)  # at one of these hours it wants to leave one of the two


def test_entries_go_again_once_the_store_is_back(day: tuple[Outage, Outcome]) -> None:
    world, _ = day
    after = world.placed_between(world.back_at, world.back_at + 60 * MINUTE)
    assert [placed.symbol for placed in after if placed.purpose is Purpose.ENTRY] == [LEFT]
