"""`lockstep cost`: the arithmetic against figures made by hand, its words, and what it says of its sources."""

import json
from decimal import Decimal

import pytest

from engine.cli.bill import Account, Prices, bill
from tests.cli.command import lockstep

RATES = {
    "bots": 2,
    "symbols": 4,
    "bot_symbols": 4,
    "unwatched": {
        "writes": {"leases": 100.0, "bots": 120.0, "bars": 240.0, "fills": 8.0},
        "deletes": {"open_positions": 4.0},
        "stored_bytes": {"bars": 4000.0},
        "engine_reads": 1000.0,
        "fence_reads": 500.0,
    },
}
RATES["watched"] = RATES["unwatched"]
ASKED = ("--bots", 3, "--symbols", 10, "--hours", 2)


def test_each_collection_grows_with_what_it_is_about() -> None:
    found = bill(RATES, Account(bots=6, symbols=8, hours=10), Prices(), watched=False)
    assert found.writes_by_collection == {"leases": 1000.0, "bots": 3600.0, "bars": 4800.0, "fills": 960.0}
    assert (found.writes, found.deletes, found.stored_bytes) == (10360.0, 480.0, 80000.0)


def test_the_engine_reads_for_its_account_and_a_screen_what_is_written_for_it() -> None:
    account = Account(bots=2, symbols=2, hours=1)
    quiet, watched = (bill(RATES, account, Prices(), watched=way) for way in (False, True))
    assert (quiet.engine_reads, quiet.fence_reads, quiet.screen_reads) == (1000.0, 500.0, 0.0)
    assert (watched.engine_reads, watched.screen_reads) == (1000.0, watched.writes - 100.0), "nobody hears of leases"


def test_dollars_are_counts_times_prices_and_exact() -> None:
    prices = Prices(read=Decimal(1), write=Decimal(10), delete=Decimal(100), stored=Decimal(2**30))
    found = bill(RATES, Account(bots=2, symbols=2, hours=1), prices, watched=False)
    writes = Decimal(100 + 120 + 120 + 8)
    assert found.usd == (Decimal(1000 + 500) + writes * 10 + Decimal(4) * 100) / 100_000
    assert found.stored_usd == Decimal(2000)


def test_the_page_says_what_was_measured_and_where_prices_come_from() -> None:
    ran = lockstep("cost", *ASKED)
    assert (ran.code, ran.err) == (0, "")
    assert "documents written" in ran.out
    assert "a write per tick" in ran.out
    assert "POST /presence" in ran.out
    assert "python -m bench.bill" in ran.out
    assert "list prices of" in ran.out


def test_json_has_the_bill_both_ways_for_all_and_for_a_bot_hour() -> None:
    ran = lockstep("cost", *ASKED, "--json")
    told = json.loads(ran.out)
    assert (told["bots"], told["symbols"], told["hours"]) == (3, 10, 2)
    for way in ("unwatched", "watched"):
        assert told[way]["writes"]["all"] == pytest.approx(sum(told[way]["writes_by_collection"].values()), rel=1e-3)
        assert told[way]["writes"]["bot_hour"] == pytest.approx(told[way]["writes"]["all"] / 6, rel=1e-3)
    assert told["watched"]["usd"]["all"] > told["unwatched"]["usd"]["all"] > 0
    assert told["measured"]["date"].startswith("20")


def test_prices_that_are_given_are_used_and_told() -> None:
    free = ("--read-usd", 0, "--write-usd", 0, "--delete-usd", 0, "--stored-usd", 0)
    told = json.loads(lockstep("cost", *ASKED, *free, "--json").out)
    assert told["watched"]["usd"]["all"] == 0
    assert told["prices_usd"]["source"].startswith("as given")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--bots", 0, "--symbols", 1, "--hours", 1), "whole number from 1 on"),
        (("--bots", 1, "--symbols", "ten", "--hours", 1), "whole number from 1 on"),
        (("--bots", 1, "--symbols", 1, "--hours", 0), "more than 0"),
        (("--bots", 1, "--symbols", 1, "--hours", "nan"), "must be a number"),
        (("--bots", 1, "--symbols", 1, "--hours", 1, "--read-usd", -1), "must be 0 to"),
        (("--bots", 1, "--symbols", 1), "--hours"),
    ],
)
def test_wrong_words_are_told_and_answered_with_2(words: tuple[object, ...], says: str) -> None:
    ran = lockstep("cost", *words)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
