"""A connection that dies without a word is given up within 25 s; a symbol that falls silent is asked for, then told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from engine.adapters.brokers.live_prices.silence import Listened, Look, Silence
from engine.market_data.instruments import instrument_for

STEP_S = 0.5


def symbols(*names: str) -> list[Listened]:
    """Watched, and not heard yet."""
    return [Listened(instrument_for(name)) for name in names]


def played(
    watch: Silence[Listened], until_s: float, happens: Callable[[float], None], *, trading: bool = True
) -> list[tuple[float, Look[Listened]]]:
    """What was due at each look, until one gives up; `happens(now)` before each."""
    looks, now_s = list[tuple[float, Look[Listened]]](), watch.opened_s
    while now_s < until_s:
        now_s += STEP_S
        happens(now_s)
        looks.append((now_s, watch.look(now_s, trading=trading)))
        if looks[-1][1].dead:
            break
    return looks


def heard(watch: Silence[Listened], now_s: float, *names: str) -> None:
    """A frame of each of these."""
    watch.any_s = watch.price_s = now_s
    for one in watch.heard:
        if one.instrument.symbol in names:
            one.heard_s = now_s


def gave_up_at(looks: list[tuple[float, Look[Listened]]]) -> float:
    """When it did, and that it did."""
    assert looks[-1][1].dead
    return looks[-1][0]


def test_a_connection_without_any_sign_is_given_up_within_25_s() -> None:
    watch = Silence(symbols("SBIN"), 100.0)
    looks = played(watch, 1_000, lambda now_s: heard(watch, now_s, "SBIN") if now_s < 200 else None)
    assert 24 <= gave_up_at(looks) - 199.5 <= 25
    assert looks[-1][1].dead == "nothing came for 24 s"


def test_pongs_without_prices_are_a_silent_feed_while_the_market_trades() -> None:
    watch = Silence(symbols("SBIN"), 0.0)

    def only_pongs(now_s: float) -> None:
        watch.any_s = now_s

    looks = played(watch, 100, only_pongs)
    assert gave_up_at(looks) <= 25
    assert "though pings are answered" in str(looks[-1][1].dead)
    asked = [now_s for now_s, look in looks if look.ask]
    assert asked == [12.5]


def test_pongs_are_enough_while_the_market_is_closed() -> None:
    watch = Silence(symbols("SBIN"), 0.0)

    def only_pongs(now_s: float) -> None:
        watch.any_s = now_s

    assert not any(look.dead or look.ask for _, look in played(watch, 300, only_pongs, trading=False))
    opened = played(Silence(watch.heard, 300.0), 400, lambda now_s: None, trading=False)
    assert gave_up_at(opened) <= 325


def test_a_feed_that_was_quiet_before_the_open_has_its_time_after_it() -> None:
    watch = Silence(symbols("SBIN"), 0.0)
    watch.any_s = 1_000.0
    assert watch.look(1_000.0, trading=False).dead is None
    watch.any_s = 1_001.0
    assert watch.look(1_001.0, trading=True).dead is None


def test_asking_again_that_brings_a_price_ends_it() -> None:
    watch = Silence(symbols("SBIN"), 0.0)
    asked: list[float] = []

    def answered(now_s: float) -> None:
        watch.any_s = now_s
        if asked and now_s == asked[-1] + STEP_S:
            heard(watch, now_s, "SBIN")

    now_s = 0.0
    while now_s < 100:
        now_s += STEP_S
        answered(now_s)
        look = watch.look(now_s, trading=True)
        assert look.dead is None
        if look.ask:
            asked.append(now_s)
    assert len(asked) > 3


def test_pings_go_out_every_ten_seconds() -> None:
    watch = Silence(symbols("SBIN"), 0.0)
    looks = played(watch, 60, lambda now_s: heard(watch, now_s, "SBIN"))
    assert [now_s for now_s, look in looks if look.ping] == [10, 20, 30, 40, 50, 60]


def test_a_symbol_that_falls_silent_among_others_is_asked_for_and_then_told() -> None:
    watch = Silence(symbols("SBIN", "TCS"), 0.0)
    looks = played(watch, 200, lambda now_s: heard(watch, now_s, "SBIN", *(["TCS"] if now_s < 50 else [])))
    asked = [(now_s, [one.instrument.symbol for one in look.ask]) for now_s, look in looks if look.ask]
    assert asked == [(69.5, ["TCS"]), (89.5, ["TCS"]), (149.5, ["TCS"])]
    assert [now_s for now_s, look in looks if look.newly_mute] == [89.5]
    assert [one.muted for one in watch.heard] == [False, True]
    heard(watch, 200.5, "SBIN", "TCS")
    watch.look(200.5, trading=True)
    assert not watch.heard[1].muted


def test_a_symbol_that_is_heard_and_does_not_trade_is_said_to_live_now_and_then() -> None:
    watch = Silence(symbols("SBIN"), 0.0)
    alive = []
    for step in range(1, 121):
        now_s = step * STEP_S
        heard(watch, now_s, "SBIN")
        for one in watch.look(now_s, trading=True).alive:
            alive.append(now_s)
            one.told_s = now_s
    assert len(alive) == 4
    assert all(later - earlier >= 15 for earlier, later in pairwise(alive))
