"""An engine whose signals a screen listens to: when the tick left that each signal comes of. Started by tick_to_screen,
which says when to begin; prints one JSON line at the end.

Everything is the production's, as outage_engine starts it. Ten bots look at fifty symbols each, which are watched and
not traded: of a signal comes its document and what the bar alone brings (the bar, the decision, the bot, the account).
The market is minute_market's: in a minute one symbol trades or, for a burst, all five hundred.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from bench.minute_market import BOUGHT_AT_EVERY_BAR, EVERY_BAR, Closed, MinuteMarket, Step
from engine.bootstrap import engine as wiring
from engine.bootstrap.outside import outside
from engine.bootstrap.traded import Market
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.identity import signal_id
from engine.domain.instrument import Instrument
from engine.domain.signal import SignalType
from engine.runtime.ending import EndWish
from engine.runtime.kill_signal import KillSignal
from engine.runtime.logs import configure_logs
from engine.settings import read_settings
from engine.simulation.demo_market import DemoMarket
from engine.strategies.registry import also

BOTS, SYMBOLS_EACH = 10, 50
BURST = BOTS * SYMBOLS_EACH
OWNER = "bench"
NAMES = tuple(f"SHARE{number:03d}" for number in range(BURST))
BOT_OF = {name: f"bot-{number // SYMBOLS_EACH}" for number, name in enumerate(NAMES)}


def bots() -> tuple[BotSpec, ...]:
    """Ten, with fifty symbols of their own each."""
    return tuple(
        BotSpec(f"bot-{number}", EVERY_BAR, NAMES[number * SYMBOLS_EACH : (number + 1) * SYMBOLS_EACH])
        for number in range(BOTS)
    )


def watched_only(name: str) -> Instrument:
    """A symbol that gives signals and takes no orders."""
    return Instrument(name, "DEMO", "INR", 2, 0, Decimal("0.05"), Decimal(1), tradable=False)


def ids_of(account_id: str, closed: Sequence[Closed]) -> list[tuple[int, list[str]]]:
    """For each closing tick when it left (monotonic, us) and the ids of the signals that come of it."""
    return [
        (
            one.let_out_us,
            [
                signal_id(account_id, BOT_OF[symbol], symbol, "1m", one.bar_at, SignalType.BUY)
                for symbol in one.step.symbols
            ],
        )
        for one in closed
    ]


def steps_of(signals: int, times: int, pause_s: float) -> list[Step]:
    """So many times so many signals at once: one, of one bot after the other, or more, of as many symbols."""
    places = [number * SYMBOLS_EACH % BURST + number // BOTS % SYMBOLS_EACH for number in range(times)]
    return [Step(NAMES[:signals] if signals > 1 else (NAMES[place],), pause_s) for place in places]


def tell(account_id: str, feed: MinuteMarket) -> None:
    """Begin when told to; print what each closing tick brought."""
    print("warm", flush=True)
    sys.stdin.readline()
    feed.go.set()
    feed.done.wait()
    print(json.dumps(ids_of(account_id, feed.closed)), flush=True)


def main(host: str, folder: Path, account_id: str, steps: Sequence[Step]) -> None:
    """Trade until the parent ends this process."""
    configure_logs("bench")  # to stderr: what is printed is for the parent
    settings = read_settings({
        "LOCKSTEP_ROLE": "engine", "GOOGLE_CLOUD_PROJECT": "demo-bench", "FIRESTORE_EMULATOR_HOST": host,
        "LOCKSTEP_STATE_DIR": str(folder), "LOCKSTEP_OWNER_UID": OWNER,
    })  # fmt: skip
    carried = [watched_only(name) for name in NAMES]
    feed = MinuteMarket("demo", carried, DemoMarket(1).session(0), dict.fromkeys(NAMES, 100_000), steps)
    with also(BOUGHT_AT_EVERY_BAR), outside(settings, Market(AccountSpec(account_id, OWNER), bots(), feed)) as out:
        end = EndWish()
        running = wiring.own_and_recover(out, end, None, KillSignal())
        threading.Thread(target=tell, args=(account_id, feed), daemon=True).start()
        wiring.trade(out, running, end)


if __name__ == "__main__":
    asked = steps_of(int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]))
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], asked)
