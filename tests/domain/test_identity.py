"""Ids are made from what they name: the same thing has the same id everywhere, two things never share one."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256
from itertools import product

from engine.domain import identity

PARTS = ("paper-demo", "alpha", "ACME", "1m", 1_772_423_100_000_000)


def test_an_order_id_is_15_characters_of_base_32_of_sha_256_over_what_it_is_for() -> None:
    named = "\x1f".join(["order", *map(str, PARTS), "entry", "0"])
    assert identity.order_id(*PARTS, "entry", 0) == b32encode(sha256(named.encode()).digest()).decode()[:15]


def test_ids_are_the_ones_they_have_always_been() -> None:
    """Stored books refer to them: a change here orphans every document that exists."""
    assert identity.order_id(*PARTS, "entry", 0) == "MRGKZ56G62VIFI7"
    assert identity.signal_id(*PARTS, "BUY") == "UAC47UIJNP5CASWC64XI"
    assert identity.fill_key("paper-demo", "ORDER", "1") == "P7L64ZFBO62YRGC7PWGU"


def test_every_part_counts() -> None:
    accounts, bots, symbols, frames = ("a", "b"), ("x", "y"), ("ACME", "BOLT"), ("1m", "5m")
    parts = product(accounts, bots, symbols, frames, (0, 60), ("entry", "exit-stop"), (0, 1))
    made = [identity.order_id(*one) for one in parts]
    assert len(set(made)) == len(made) == 128


def test_parts_do_not_run_into_each_other() -> None:
    assert identity.order_id("ab", "c", "S", "1m", 1, "entry", 0) != identity.order_id(
        "a", "bc", "S", "1m", 1, "entry", 0
    )
    assert identity.fill_key("a", "b1", "2") != identity.fill_key("a", "b", "12")


def test_paper_and_live_never_share_an_id() -> None:
    paper, live = ("paper-demo", *PARTS[1:]), ("live-demo", *PARTS[1:])
    assert identity.signal_id(*paper, "BUY") != identity.signal_id(*live, "BUY")  # type: ignore[arg-type]
