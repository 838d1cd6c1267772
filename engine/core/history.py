"""Bars of the past: those of before the start, and those that the feed missed while it was away. Called by engine.py.

Indicators, candidates and charts see them, nothing else comes of them. They come in order, before the prices that
follow them. What the clock has closed meanwhile stays as it was closed, since bots acted on it.
"""

from __future__ import annotations

from engine.core.minute import see
from engine.core.publish import publish_bar
from engine.core.state import State
from engine.domain.events import HistoryBar


def on_history(state: State, event: HistoryBar) -> None:
    """Take a bar in, unless it or a later one is known or being formed."""
    bar, tape = event.bar, state.tapes[event.bar.symbol]
    if bar.open_at < tape.until or (len(tape.history) and bar.open_at < tape.history[-1][0].close_at):
        state.drop("out_of_order")
        return
    tape.history.append((bar, tape.session))
    tape.last_price, tape.last_at = bar.close, max(tape.last_at, bar.close_at - 1)
    tape.first_price = tape.first_price or bar.open
    if state.views and (state.ticks or not state.recovered):  # of before a restart they are written down already
        publish_bar(state, bar)
    for series in state.series.get(bar.symbol, {}).values():
        if series.last is not None and bar.open_at < series.last.close_at:
            continue  # a wider bar that was closed without this minute
        for closed in series.replay(bar, tape.session):
            see(state, series, closed)
