"""The figure of Firestore writes: it counts what the bill counts, and its write per tick is a tick each."""

import pytest

from bench import bill
from bench.firestore_writes import NAIVE, WAYS, one_round
from bench.ten_symbols import TenSymbols, ten_symbol_bot

MINUTES, SEED = 2, 3


def test_a_round_counts_every_document_of_the_bill_beside_every_tick() -> None:
    found = one_round(SEED, MINUTES / 60)
    assert list(found) == ["watched", "unwatched", NAIVE]
    assert found[NAIVE]["documents_per_hour"] == pytest.approx(36_000, rel=0.05)
    market = TenSymbols(SEED)
    counts = bill.measured(bill.Scene(market, ten_symbol_bot(market)), MINUTES / 60, watched=False)
    assert found["unwatched"]["documents_per_hour"] == sum(counts["writes"].values()) + sum(counts["deletes"].values())
    assert found["unwatched"]["documents_per_hour"] < found["watched"]["documents_per_hour"] < 36_000
    assert set(WAYS) < set(found)
