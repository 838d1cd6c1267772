"""What `lockstep sweep` prints: the recommended set, the peak, luck, walk-forward, Monte Carlo. Fed by cli/sweep."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.research.monte_carlo import MonteCarlo
from engine.research.sweep.pipeline import Swept
from engine.research.sweep.plateau import Plateau
from engine.research.sweep.tables import set_words, why_no_score
from engine.research.sweep.walk_forward import LINES, WalkForward


def tell(swept: Swept, out: Path | None) -> None:
    """Print it for a person."""
    unscored = sum(trial.score is None for trial in swept.trials)
    around = len(swept.trials) - swept.searched
    print(f"{swept.searched} trials and {around} neighbours of {swept.space.size:,} points, "
          f"{len(swept.days)} trading days, {len(swept.plan.symbols)} symbols; {unscored} without a score")  # fmt: skip
    heights, scoring = swept.heights, swept.options.scoring
    if heights is None:
        print(f"nothing to recommend: no trial has a score (at least {scoring.least_trades} trades are needed)")
        ((why, times),) = Counter(why_no_score(trial, scoring) for trial in swept.trials).most_common(1)
        print(f"  {times} of them: {why}")
    else:
        _tell_point("recommended", heights.recommended, scoring.kind)
        if heights.differ:
            _tell_point("peak", heights.peak, scoring.kind)
        if heights.lone_peak:
            print("  the peak stands alone: a little beside it, more than half of its score is gone")
    if heights is not None and heights.loses:
        print("  nothing here earns: even the recommended set loses on the days that it was chosen by")
    if heights is not None and heights.edges:
        print(
            f"  at the edge of {', '.join(heights.edges)}: beyond it nothing was tried; a wider range may hold better"
        )
    if swept.luck is not None:
        print(f"luck: {swept.luck.sentence()}")
    if swept.walk is not None:
        _tell_walk(swept.walk)
    if swept.carlo is not None:
        _tell_carlo(swept.carlo)
    if out is not None:
        print(f"written to {out}")


def _tell_point(name: str, found: Plateau, score: str) -> None:
    figures = found.trial.outcome.figures
    print(f"{name}: {' '.join(set_words(found.trial.settings))}")
    print(f"  {score} {found.trial.score:g}, its {found.neighbours} neighbours {found.worth:g} (lower quartile); "
          f"{figures['trades']} trades, net {figures['net_pnl']:+,.2f} ({figures['return_pct']:+.2f} %), "
          f"deepest drawdown {figures['max_drawdown_pct']:.2f} %")  # fmt: skip


def _tell_walk(walk: WalkForward) -> None:
    begin = walk.equity["recommended"][0]
    ends = ", ".join(f"{line} {(walk.equity[line][-1] / begin - 1) * 100:+.2f} %" for line in LINES)
    print(f"walk-forward {walk.scheme.train}/{walk.scheme.test}, {len(walk.steps)} steps, out of sample: {ends}")
    efficiency = f"none: {walk.why_no_efficiency}" if walk.efficiency is None else f"{walk.efficiency:.2f}"
    empty = len(walk.steps) - walk.chosen_steps
    print(f"  {walk.winning_steps} of {len(walk.steps)} steps won; efficiency {efficiency}"
          + (f"; nothing to choose in {empty}" if empty else "")
          + (f"; {walk.unused_days} last days unused" if walk.unused_days else ""))  # fmt: skip


def _tell_carlo(carlo: MonteCarlo) -> None:
    ends, depths = carlo.final_equity, carlo.max_drawdown_pct
    print(f"Monte Carlo, {carlo.runs:,} times {carlo.trades} trades ({carlo.method}"
          + (f", blocks of {carlo.block}" if carlo.block > 1 else "") + "): "
          f"final equity {ends[5]:,.0f} to {ends[95]:,.0f} (5 to 95 %), drawdown {depths[50]:.2f} % in the middle, "
          f"{depths[95]:.2f} % in one of twenty; {carlo.losing_share * 100:.0f} % lose")  # fmt: skip
