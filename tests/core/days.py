"""Two trading days of a busy account: several symbols and bots, stops, partial fills, a halt. Feeds determinism tests.

Run as a program it prints a digest of every effect, for comparison between processes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from heapq import merge

from engine.domain.account import BotSpec, Desired
from engine.domain.events import BotChanged, Event, HaltChanged, MarketEnded, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.risk import RiskPolicy
from engine.simulation.fill_model import FillModel
from tests.builders.market import instrument, walk_ticks
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.times import MONDAY, TUESDAY, session

SYMBOLS = ("ACME", "BOLT", "CORK", "DELL")
QUICK = {"buy_at": 40, "sell_at": 40, "confirm_s": 60, "cooldown_s": 120}
BOTS = (
    bot("swift", SYMBOLS, stop="0.4", target="0.6", **QUICK),
    bot("steady", ("BOLT", "ACME"), timeframe="3m", **QUICK),
    bot("wide", ("CORK",), timeframe="5m", stop="1", **QUICK),
    bot("short", ("DELL", "ACME"), allow_short=True, **QUICK),
)


def market(days: Sequence[str] = (MONDAY, TUESDAY), every_s: int = 15) -> Iterator[Event]:
    """The events of the days in market order, halted for half an hour of the first."""
    for number, day in enumerate(days):
        trading = session(day)
        yield SessionOpened(trading, trading.open_at)
        streams = [walk_ticks(100 * number + place, trading, symbol, every_s) for place, symbol in enumerate(SYMBOLS)]
        halts = iter([120, 150] if number == 0 else [])
        halt_after = next(halts, None)
        for tick in merge(*streams, key=lambda one: (one.at, one.symbol)):
            if halt_after is not None and tick.at >= trading.open_at + halt_after * MINUTE:
                yield HaltChanged(halt_after == 120, "lunch")
                halt_after = next(halts, None)
            yield tick
    yield MarketEnded(session(days[-1]).close_at)


def desk(bots: Sequence[BotSpec] = BOTS, model: FillModel | None = None) -> Books:
    """The account before its first session. A tight policy, so that who comes first matters."""
    books = paper_loop(
        (),
        instruments=[instrument(symbol) for symbol in SYMBOLS],
        opened=False,
        spec=account(policy=RiskPolicy(positions_max=3)),
        model=model or FillModel(partial_pct=40, latency_ms=400),
    )
    for one in bots:
        books.step(BotChanged(one, Desired.RUNNING, 1))
    return books


def digest(books: Books) -> str:
    """A digest of every effect, byte for byte."""
    return sha256("\n".join(map(repr, books.effects)).encode()).hexdigest()


if __name__ == "__main__":
    ran = desk()
    ran.run(market())
    print(len(ran.signals), len(ran.fills), len(ran.trades), digest(ran))  # noqa: T201 - the program's answer
