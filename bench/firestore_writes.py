"""Documents written to Firestore for ten symbols at a tick a second, beside a write per tick. Measured by bill's
account; feeds figures.
"""

from __future__ import annotations

from bench import bill
from bench.figure import Figure, Measured, Quantities, Target, Terms, ratio, spreads
from bench.ten_symbols import TenSymbols, ten_symbol_bot
from engine.strategies.demo_bots import DEMO_BOTS

HOURS = 1.0
WAYS = {"watched": True, "unwatched": False}
NAIVE = "a_write_per_tick"

METHOD = f"""\
One account with one bot, the default strategy as it comes, on ten symbols at one tick a second each, through the
production's session, relay, store, lease and control watch, on a Firestore in memory that counts what Firestore bills,
for {HOURS:g} h from the market's opening on; a clock moved by hand makes it pass in seconds. Counted are documents
written and deleted, the lease and what a watching screen writes through the API among them: once with a screen
watching, once without. Each round is another day of prices. Beside it, one document written for each tick."""

LIMITS = (
    "Writes alone: what is read, and what it costs, `lockstep cost` reckons from the same account.",
    "A bot that trades more writes more: the default strategy gives a few signals an hour.",
)


def measure(terms: Terms) -> Measured:
    """Documents written an hour."""
    rounds = []
    for number in range(terms.rounds):
        rounds.append(one_round(DEMO_BOTS.seed + 2 * number, HOURS))  # a market takes its seed and the next
        terms.say(f"round {number + 1}: {rounds[-1]}")
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={f"{way}_to_{NAIVE}": ratio(rounds, "documents_per_hour", way, NAIVE) for way in WAYS},
        facts={"symbols": 10, "market_hours_a_round": HOURS},
    )


def one_round(seed: int, hours: float) -> dict[str, Quantities]:
    """Both ways through the same market, and its ticks."""
    found: dict[str, Quantities] = {}
    ticks = 0.0
    for way, watched in WAYS.items():
        market = TenSymbols(seed)
        counts = bill.measured(bill.Scene(market, ten_symbol_bot(market)), hours, watched=watched)
        written = sum(counts["writes"].values()) + sum(counts["deletes"].values())
        found[way], ticks = {"documents_per_hour": written}, counts["ticks"]
    return {**found, NAIVE: {"documents_per_hour": ticks}}


FIGURE = Figure(
    name="firestore_writes",
    title="Firestore writes of ten symbols, beside a write per tick",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"watched_to_{NAIVE}", round(1 / 6, 3), at_most=True),
        Target(f"unwatched_to_{NAIVE}", 0.05, at_most=True),
    ),
    measure=measure,
)
