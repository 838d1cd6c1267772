"""The count behind `lockstep cost`: what it counts, on what, and that the command has what was measured."""

import json

import pytest

from bench import bill, record
from engine.adapters.firestore.encoder import add_delete, add_set, commit_request, name_of
from engine.cli.bill import read_rates

MINUTES = 10


@pytest.fixture(scope="module")
def quiet() -> dict[str, dict[str, float]]:
    return bill.measured(MINUTES / 60, watched=False)


@pytest.fixture(scope="module")
def watched() -> dict[str, dict[str, float]]:
    return bill.measured(MINUTES / 60, watched=True)


def test_a_count_is_of_documents_written_deleted_and_read() -> None:
    wire = bill.CountingWire()
    names = [name_of(wire.database, "fills", document) for document in ("a", "b")]
    request = commit_request(wire.database)
    for name in names:
        add_set(request, name, {"price": 1.0})
    add_delete(request, names[0])
    wire.commit(request)
    wire.get([*names, name_of(wire.database, "orders", "none")])
    assert (dict(wire.written), dict(wire.deleted), wire.reads) == ({"fills": 2}, {"fills": 1}, 3)
    assert wire.stored()["fills"] > 0


def test_prices_and_health_are_written_each_ten_seconds_unwatched_and_each_second_watched(
    quiet: dict[str, dict[str, float]], watched: dict[str, dict[str, float]]
) -> None:
    assert quiet["writes"]["quotes"] == pytest.approx(360, abs=6)
    assert watched["writes"]["quotes"] == pytest.approx(3600, abs=6)
    assert watched["writes"]["accounts"] == pytest.approx(3600, abs=6)


def test_facts_do_not_depend_on_who_watches(
    quiet: dict[str, dict[str, float]], watched: dict[str, dict[str, float]]
) -> None:
    for collection in ("bars", "fills", "trading_signals"):
        assert quiet["writes"].get(collection) == watched["writes"].get(collection)
    assert quiet["writes"]["bars"] == pytest.approx(7 * 60, rel=0.2), "one a symbol and minute"


def test_the_control_watch_reads_two_documents_twice_a_second(quiet: dict[str, dict[str, float]]) -> None:
    assert quiet["engine_reads"] == pytest.approx(2 * 2 * 3600)


def test_a_day_that_ends_too_soon_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="day is over"):
        bill.measured(6.5, watched=False)


def test_the_command_has_the_rates_that_were_measured_last() -> None:
    assert read_rates() == record.read(record.FOLDER, bill.NAME)
    assert json.loads(bill.PACKAGED.read_text())["hours"] == bill.HOURS
