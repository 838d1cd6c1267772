"""The engine beside other backtesters on minute bars. Fed by market_columns; measured by ours and three peers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench import contender
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads
from bench.market_columns import minute_bars
from bench.rounds import Way, in_rounds, per_second, same_work

OURS, STEPPED, OWN, PLAIN = "lockstep", "lockstep_every_bar_stepped", "backtrader", "backtrader_plain_indicators"
ALONE, MINUTELY = "backtesting_py", "freqtrade"
WAYS: dict[str, Way] = {
    OURS: (contender.OURS, "bench.ours", ()),
    STEPPED: (contender.OURS, "bench.ours", ("stepped",)),
    OWN: (contender.PEERS, "bench.peers.backtrader_bars", ()),
    PLAIN: (contender.PEERS, "bench.peers.backtrader_bars", ("plain",)),
    ALONE: (contender.PEERS, "bench.peers.backtesting_bars", ()),
    MINUTELY: (contender.FREQTRADE, "bench.peers.freqtrade_bars", ()),
}

METHOD = """\
Minute bars of the same symbols through Lockstep's engine and through backtrader 1.9.78 (`runonce`, preloaded, no
observers), the rules as in the figure on ticks, one core, a fresh process for every run. Lockstep is measured as a
backtest runs, which passes over minutes in which nothing can happen, and with every bar stepped through the engine, as
live; the results are the same, as tests prove on random streams. Its time is `engine_seconds`; backtrader's runs from
its strategy's start to its stop, so that loading counts on neither side. backtrader is measured with its own
indicators, as its users write them, and again with the plain Python ones that the Nautilus peer uses. backtesting.py
0.6.6 knows one symbol at a time and no shared account: ten runs with cash of their own, its scores made over the whole
column beforehand, each timed from its strategy's `init` to the last `next`, without its table and statistics. freqtrade
2026.9 runs its `Backtesting.backtest` on an exchange built offline, all symbols in one wallet, on a clock from which
nights are taken out, since it walks through every minute; its time is that of indicators and `backtest`. All must have
made the same signals, or there is no figure."""

LIMITS = (
    "Fills differ within a bar: backtrader's stops and targets fill inside it, Lockstep's touch inside it and fill at "
    "the next bar's open. Entries fill at the next bar's open in both, and in backtesting.py.",
    "backtesting.py checks no limits, and keeps no account over its symbols: it does less.",
    "freqtrade enters no symbol that it holds, where the others add to it; its target is of the profit after fees.",
)


def measure(terms: Terms) -> Measured:
    """Bars a second of each, and the ratios within each round. Raises NotMeasured, also where the signals differ."""
    what, columns = minute_bars(terms.data)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bars.npz"
        np.savez(file, **columns)  # type: ignore[arg-type]
        rounds, answers = in_rounds(terms, WAYS, file, lambda answer: per_second(answer, "bars"), "bars_per_s")
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={
            **{
                f"{unit}_to_{peer}": ratio(rounds, unit, OURS, peer)
                for peer in (OWN, PLAIN, ALONE, MINUTELY)
                for unit in rounds[0][OURS]
            },
            **{f"{STEPPED}_{unit}_to_{OWN}": ratio(rounds, unit, STEPPED, OWN) for unit in rounds[0][STEPPED]},
        },
        facts={"data": what, **same_work(answers, OURS)},
    )


FIGURE = Figure(
    name="engine_bars",
    title="Engine on minute bars, beside backtrader, freqtrade and backtesting.py",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"bars_per_s_to_{OWN}", 20),
        Target(f"bars_per_s_to_{MINUTELY}", 8),
        Target(f"bars_per_s_to_{ALONE}", 2),
    ),
    measure=measure,
)
