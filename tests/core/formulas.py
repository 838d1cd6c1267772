"""The contract's indicators on plain lists, written from its text alone, for tests to compare with."""

from __future__ import annotations

from itertools import pairwise

Numbers = list[float]
Warming = list[float | None]


def ema(values: Numbers, period: int) -> Warming:
    """Exponential mean, seeded by the simple mean of the first `period` values."""
    out: Warming = [None] * min(period - 1, len(values))
    for position in range(period - 1, len(values)):
        if position == period - 1:
            out.append(sum(values[:period]) / period)
        else:
            previous = out[-1]
            assert previous is not None
            out.append(previous + (values[position] - previous) * 2 / (period + 1))
    return out


def wilder(values: Numbers, period: int) -> Warming:
    """Wilder's smoothing: a simple mean of the first `period`, then 1/period of what is new."""
    out: Warming = [None] * min(period - 1, len(values))
    for position in range(period - 1, len(values)):
        if position == period - 1:
            out.append(sum(values[:period]) / period)
        else:
            previous = out[-1]
            assert previous is not None
            out.append((previous * (period - 1) + values[position]) / period)
    return out


def rsi(closes: Numbers, period: int) -> Warming:
    """Wilder's RSI over changes; 100 where nothing fell."""
    changes = [after - before for before, after in pairwise(closes)]
    gains = wilder([max(change, 0.0) for change in changes], period)
    losses = wilder([max(-change, 0.0) for change in changes], period)
    out: Warming = [None] * min(1, len(closes))
    for gain, loss in zip(gains, losses, strict=True):
        if gain is None or loss is None:
            out.append(None)
        else:
            out.append(100.0 if loss == 0 else 100.0 - 100.0 / (1.0 + gain / loss))
    return out


def macd_histogram(closes: Numbers, fast: int, slow: int, signal: int) -> Warming:
    """The line less the mean of the line."""
    line = [a - b for a, b in zip(ema(closes, fast), ema(closes, slow), strict=True) if a is not None and b is not None]
    smooth = ema(line, signal)
    warm: Warming = [None if mean is None else value - mean for value, mean in zip(line, smooth, strict=True)]
    return [None] * (len(closes) - len(line)) + warm


def atr(highs: Numbers, lows: Numbers, closes: Numbers, period: int) -> Warming:
    """Wilder over true ranges, the first at bar 2."""
    ranges = [
        max(high - low, abs(high - before), abs(low - before))
        for high, low, before in zip(highs[1:], lows[1:], closes, strict=False)
    ]
    return [None] * min(1, len(closes)) + wilder(ranges, period)


def supertrend(
    highs: Numbers, lows: Numbers, closes: Numbers, period: int, multiplier: float
) -> list[tuple[float, int] | None]:
    """The band in force and the side: the lower band while the trend is up (+1), the upper while it is down (-1).

    Bands begin at the middle plus and minus `multiplier` ATRs. An upper band moves down only, unless the close before
    was beyond it; a lower one up only, likewise. The trend turns where a close is beyond the band in force.
    """
    out: list[tuple[float, int] | None] = []
    uppers: list[float] = []
    lowers: list[float] = []
    side = 0
    for number, reach in enumerate(atr(highs, lows, closes, period)):
        if reach is None:
            out.append(None)
            continue
        middle = (highs[number] + lows[number]) / 2
        upper, lower = middle + multiplier * reach, middle - multiplier * reach
        if uppers:
            upper = upper if closes[number - 1] > uppers[-1] else min(upper, uppers[-1])
            lower = lower if closes[number - 1] < lowers[-1] else max(lower, lowers[-1])
        if not side:
            side = 1 if closes[number] >= middle else -1
        elif (side == 1 and closes[number] < lower) or (side == -1 and closes[number] > upper):
            side = -side
        uppers.append(upper)
        lowers.append(lower)
        out.append((lower if side == 1 else upper, side))
    return out
