"""Every trade is told once and in order, whatever of the messages is lost, doubled or late."""

from __future__ import annotations

import random

from engine.adapters.brokers.coinbase.prices.trades import ASKS_MAX, ASKS_S, GATHER_S, Heard, Trades
from engine.domain.market import Tick
from tests.adapters.brokers.coinbase.printed import BTC, ETH, TEN, Row, instrument, listed, trade


def of(*symbols: str) -> Trades:
    """A connection's, that has begun and has had its snapshots: 100 is the last trade of each."""
    made = Trades([Heard(instrument(symbol), (symbol,)) for symbol in symbols])
    made.gather(0.0)
    for symbol in symbols:
        made.take([trade(100, after_s=-1, symbol=symbol)], 0.0, snapshot=True)
    assert not made.gathering
    return made


def sizes(ticks: list[Tick]) -> list[float]:
    """What was traded."""
    return [tick.quantity for tick in ticks]


def after(ticks: list[Tick]) -> list[float]:
    """Seconds after ten."""
    return [(tick.at - TEN) / 1_000_000 for tick in ticks]


def test_a_trade_is_a_tick_of_its_price_size_and_time() -> None:
    (tick,) = of(BTC).take([trade(101, "65083.67", 3.5, size="0.01034361")], 1.0, snapshot=False)
    assert (tick.symbol, tick.price, tick.quantity, after([tick])) == (BTC, 6_508_367, 0.01034361, [3.5])


def test_a_message_tells_newest_first_and_is_taken_oldest_first() -> None:
    rows = [trade(103, after_s=3), trade(102, after_s=2), trade(101, after_s=1)]
    assert after(of(BTC).take(rows, 1.0, snapshot=False)) == [1, 2, 3]


def test_what_is_told_again_counts_once() -> None:
    here = of(BTC)
    rows = [trade(number, after_s=number - 100) for number in range(101, 106)]
    assert len(here.take(rows, 1.0, snapshot=False)) == 5
    assert here.take(rows, 1.1, snapshot=False) == here.take(rows, 1.2, snapshot=True) == []
    assert (here.counts.trades, here.counts.repeated) == (6, 10)


def test_a_hole_is_waited_for_and_filled_by_the_snapshot_in_order() -> None:
    here = of(BTC, ETH)
    assert here.take([trade(104, after_s=4)], 20.0, snapshot=False) == []
    assert here.asks
    assert here.take([trade(101, after_s=5, symbol=ETH)], 20.1, snapshot=False) == []
    assert here.take([trade(number, after_s=number - 100) for number in range(101, 105)], 20.2, snapshot=True) == []
    told = here.take([trade(100, symbol=ETH), trade(101, after_s=5, symbol=ETH)], 20.3, snapshot=True)
    assert [(tick.symbol, seconds) for tick, seconds in zip(told, after(told), strict=True)] == [
        (BTC, 1), (BTC, 2), (BTC, 3), (BTC, 4), (ETH, 5),
    ]  # fmt: skip
    assert here.counts.missed == 0


def test_snapshots_that_do_not_come_are_not_waited_for_long_and_what_is_missing_is_counted() -> None:
    here = of(BTC, ETH)
    assert here.take([trade(104, after_s=4)], 20.0, snapshot=False) == []
    here.asks = False
    assert here.due(20.0 + GATHER_S) == []
    assert here.asks, "once more: the answer may be what was lost"
    assert here.due(20.0 + 2 * GATHER_S - 0.1) == []
    assert after(here.due(20.0 + 2 * GATHER_S)) == [4]
    assert here.counts.missed == 3
    assert after(here.take([trade(105, after_s=5)], 25.0, snapshot=False)) == [5]


def test_a_product_that_numbers_with_holes_is_not_asked_about_again_and_again() -> None:
    here, asked = of(BTC), 0
    for second in range(200):
        row = trade(100 + 10 * (second + 1), after_s=second)
        here.take([row], 20.0 + second, snapshot=False)
        asked += here.asks
        if here.asks:
            here.asks = False
            here.take([row], 20.0 + second, snapshot=True)
    assert asked <= ASKS_MAX * (200 / ASKS_S + 1)
    assert here.counts.trades == 201


def test_after_a_reconnect_what_happened_meanwhile_is_told_before_what_comes() -> None:
    here = of(BTC)
    here.take([trade(101, after_s=1)], 1.0, snapshot=False)
    here.gather(15.0)
    told = here.take([trade(number, after_s=number - 100) for number in range(90, 113)], 15.1, snapshot=True)
    assert after(told) == list(range(2, 13))
    assert here.counts.missed == 0


def test_of_the_first_snapshot_only_the_minute_that_bars_have_not_told_is_told() -> None:
    here = Trades([Heard(instrument(), (BTC,))])
    here.since = TEN
    here.gather(0.0)
    told = here.take([trade(number, after_s=number - 100) for number in range(90, 104)], 0.1, snapshot=True)
    assert after(told) == [0, 1, 2, 3]


def test_a_quiet_product_whose_snapshot_is_all_of_before_goes_on_from_its_last_number() -> None:
    here = Trades([Heard(instrument(), (BTC,))])
    here.since = TEN
    here.gather(0.0)
    assert here.take([trade(90, after_s=-600)], 0.1, snapshot=True) == []
    assert after(here.take([trade(91, after_s=1)], 3.0, snapshot=False)) == [1]
    assert (here.counts.missed, here.asks) == (0, False)


def test_a_product_that_never_traded_begins_with_its_first_trade() -> None:
    here = Trades([Heard(instrument(), (BTC,))])
    here.gather(0.0)
    assert here.due(GATHER_S) == []
    assert len(here.take([trade(7, after_s=1)], 5.0, snapshot=False)) == 1
    assert here.counts.missed == 0


def test_snapshots_without_a_trade_are_waited_for_no_longer() -> None:
    here = Trades([Heard(instrument(symbol), (symbol,)) for symbol in (BTC, ETH)])
    here.gather(0.0)
    assert here.take([], 0.1, snapshot=True) == []
    assert after(here.take([trade(100, after_s=1)], 0.1, snapshot=True)) == [1]
    assert not here.gathering


def test_numbers_say_what_came_first_where_stamps_cross() -> None:
    told = of(BTC).take([trade(101, "1.00", 2), trade(102, "2.00", 1.9)], 1.0, snapshot=False)
    assert [(tick.price, seconds) for tick, seconds in zip(told, after(told), strict=True)] == [(100, 2), (200, 2)]


def test_a_stamp_far_in_the_future_does_not_carry_the_trades_after_it_along() -> None:
    told = of(BTC).take([trade(101, after_s=1), trade(102, after_s=86_400), trade(103, after_s=2)], 1.0, snapshot=False)
    assert after(told) == [1, 86_400, 2]


def test_a_product_that_is_numbered_anew_is_heard_and_a_number_that_is_wrong_once_is_not_believed() -> None:
    here = of(BTC)
    here.take([trade(900_000, after_s=1)], 1.0, snapshot=False)
    here.due(1.0 + 2 * GATHER_S)
    here.due(1.0 + 4 * GATHER_S)
    told = [here.take([trade(number, after_s=number)], 9.0 + number, snapshot=False) for number in range(101, 108)]
    assert [after(ticks) for ticks in told] == [[], [], [103], [104], [105], [106], [107]]
    assert here.take([trade(5, after_s=110)], 120.0, snapshot=False) == []


def test_messages_under_the_name_of_the_book_that_is_shared_count() -> None:
    usdc = listed("BTC-USDC", alias=BTC)
    here = Trades([Heard(instrument(), (BTC,)), Heard(usdc.instrument, ("BTC-USDC", BTC))])
    here.gather(0.0)
    assert len(here.take([trade(1), trade(2)], 0.1, snapshot=True)) == 4
    told = here.take([trade(3)], 3.0, snapshot=False)
    assert sorted(tick.symbol for tick in told) == [BTC, "BTC-USDC"]
    assert here.take([trade(3, symbol="BTC-USDC")], 3.1, snapshot=False) == []


def test_what_can_not_be_read_is_counted_and_the_rest_is_taken() -> None:
    here = of(BTC)
    bad: list[Row] = [
        {},
        {**trade(101), "price": "none"},
        {**trade(101), "price": "0"},
        {**trade(101), "size": "nan"},
        {**trade(101), "size": "-1"},
        {**trade(101), "trade_id": "uuid"},
        {**trade(101), "time": "yesterday"},
        {**trade(101), "time": "2026-11-23T10:00:00"},
        {**trade(101), "price": "1E+30"},
        trade(5, symbol="SOL-USD"),
    ]
    told = here.take([*bad, trade(101, after_s=1)], 1.0, snapshot=False)
    assert after(told) == [1]
    assert (here.counts.unreadable, here.counts.unknown) == (9, 1)


def test_whatever_is_lost_doubled_or_late_each_trade_is_told_once_and_in_order() -> None:
    """A thousand trades of two products over a line that loses, doubles and breaks; snapshots tell the last hundred."""
    chance = random.Random(4)
    here, told, now_s = of(BTC, ETH), list[Tick](), 0.0
    prints: list[Row] = []
    for number in range(101, 601):
        for symbol in (BTC, ETH):
            prints.append(trade(number, str(number), (number - 100) / 10, symbol))
            now_s += 0.3
            if chance.random() < 0.005:
                here.gather(now_s)  # another connection
                here.asks = True
            if chance.random() > 0.01:
                for _ in range(chance.choice((1, 1, 1, 2))):
                    told += here.take([prints[-1]], now_s, snapshot=False)
            told += here.due(now_s)
            if here.asks and chance.random() < 0.7:
                here.asks = False
                for each in (BTC, ETH):
                    told += here.take([row for row in prints if row["product_id"] == each][-100:], now_s, snapshot=True)
    for symbol in (BTC, ETH):
        seen = [tick.price for tick in told if tick.symbol == symbol]
        assert len(seen) == len(set(seen))
        assert seen == sorted(seen)
        assert len(seen) + here.counts.missed >= 490
    assert [tick.at for tick in told if tick.symbol == BTC] == sorted(tick.at for tick in told if tick.symbol == BTC)
    assert here.counts.missed <= 3, "lost again within seconds of having asked"
