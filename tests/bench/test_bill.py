"""The count behind `lockstep cost`: what it counts, on what, and that the command has what was measured."""

import json
from typing import Any

import pytest

from bench import bill, record
from bench.counting_wire import CountingWire
from bench.ten_symbols import TenSymbols
from engine.adapters.firestore.encoder import add_delete, add_set, commit_request, name_of
from engine.adapters.firestore.verify import fill_verify
from engine.cli.bill import read_rates
from engine.simulation.demo_market import DemoMarket

MINUTES = 10
Counts = dict[str, Any]


@pytest.fixture(scope="module")
def quiet() -> Counts:
    return bill.measured(bill.ten_symbols(), MINUTES / 60, watched=False)


@pytest.fixture(scope="module")
def watched() -> Counts:
    return bill.measured(bill.ten_symbols(), MINUTES / 60, watched=True)


def test_a_count_is_of_documents_written_deleted_and_read() -> None:
    wire = CountingWire()
    names = [name_of(wire.database, "fills", document) for document in ("a", "b")]
    request = commit_request(wire.database)
    for name in names:
        add_set(request, name, {"price": 1.0})
    add_delete(request, names[0])
    wire.commit(request)
    wire.get([*names, name_of(wire.database, "orders", "none")])
    assert (dict(wire.written), dict(wire.deleted), wire.reads) == ({"fills": 2}, {"fills": 1}, 3)
    assert wire.stored()["fills"] > 0


def test_a_commits_look_at_the_lease_is_a_read_by_itself_and_no_write() -> None:
    wire = CountingWire()
    name = name_of(wire.database, "leases", "paper-test")
    taken = commit_request(wire.database)
    add_set(taken, name, {"epoch": 1})
    update_time = wire.commit(taken).write_results[0].update_time
    request = commit_request(wire.database)
    fill_verify(request.writes.add(), name, update_time)
    add_set(request, name_of(wire.database, "fills", "a"), {"price": 1.0})
    wire.commit(request)
    assert (dict(wire.written), wire.reads, wire.fence_reads) == ({"leases": 1, "fills": 1}, 0, 1)


def test_the_market_of_the_bill_is_ten_symbols_at_one_tick_a_second(quiet: Counts) -> None:
    assert quiet["ticks"] == pytest.approx(10 * 3600, rel=0.02)
    market = TenSymbols(1)
    run = market.day(0)
    assert len(run.symbols) == len(set(run.symbols)) == len(bill.ten_symbols().bots.bots[0].symbols) == 10
    assert (run.place[1:] >= run.place[:-1]).all()
    own, first = run.codes == run.symbols.index("SBIN"), DemoMarket(1).ticks(0, "SBIN")
    assert (run.price[own] == first.price).all(), "the demo's own ticks, under their own name"
    again, second = run.codes == run.symbols.index("INFY-AGAIN"), DemoMarket(2).ticks(0, "INFY")
    assert sorted(run.price[again]) == sorted(second.price)


def test_a_watched_hour_writes_at_most_a_sixth_of_a_write_per_tick_and_an_unwatched_one_a_twentieth() -> None:
    kept = read_rates()
    for way, share in (("watched", 1 / 6), ("unwatched", 1 / 20)):
        assert sum(kept[way]["writes"].values()) <= share * 36_000
    one = (kept["bots"], kept["symbols"], kept["bot_symbols"])
    assert one == (1, 10, 10), "the account that the sentence is about, counted and not reckoned"


def test_prices_go_each_second_watched_and_each_ten_otherwise_and_the_account_each_ten_either_way(
    quiet: Counts, watched: Counts
) -> None:
    assert quiet["writes"]["quotes"] == pytest.approx(360, abs=6)
    assert watched["writes"]["quotes"] == pytest.approx(3600, abs=6)
    for counts in (quiet, watched):
        assert 330 <= counts["writes"]["accounts"] <= 400, "the minute's money takes health along"


def test_facts_do_not_depend_on_who_watches(quiet: Counts, watched: Counts) -> None:
    for collection in ("bars", "fills", "trading_signals"):
        assert quiet["writes"].get(collection) == watched["writes"].get(collection)
    assert quiet["writes"]["bars"] == pytest.approx(10 * 60, rel=0.2), "one a symbol and minute"


def test_the_control_watch_reads_two_documents_each_two_seconds_and_each_half_while_watched(
    quiet: Counts, watched: Counts
) -> None:
    assert quiet["engine_reads"] == pytest.approx(2 * 1800, abs=12)
    assert watched["engine_reads"] == pytest.approx(2 * 7200, rel=0.05)


def test_the_lease_is_written_each_minute_and_looked_at_by_each_other_commit(quiet: Counts) -> None:
    assert quiet["writes"]["leases"] == pytest.approx(60, abs=6)
    assert quiet["fence_reads"] > 360


def test_presence_is_written_each_minute_while_a_screen_watches(quiet: Counts, watched: Counts) -> None:
    assert "controls" not in quiet["writes"]
    assert watched["writes"]["controls"] == pytest.approx(60, abs=6)


def test_a_day_that_ends_too_soon_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="day is over"):
        bill.measured(bill.demo(), 6.5, watched=False)


def test_the_command_has_the_rates_that_were_measured_last() -> None:
    assert read_rates() == record.read(record.FOLDER, bill.NAME)
    assert json.loads(bill.PACKAGED.read_text())["hours"] == bill.HOURS
