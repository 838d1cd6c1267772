"""The default strategy for other engines: plain Python, written from docs/contract alone. Used by the peers beside it.

Shared by them so that each spends its time in its own engine; a second implementation, so that equal signals on both
sides of a figure show that the same work was done.
"""

from __future__ import annotations

SECOND_US = 1_000_000
IST_OFFSET_S = 19_800
ENTRY_FROM, ENTRY_UNTIL, FLATTEN_FROM = 9 * 60 + 20, 14 * 60 + 45, 14 * 60 + 55  # minutes of the Indian day
BUY_AT = SELL_AT = 60.0
CONFIRM_US, COOLDOWN_US = 300 * SECOND_US, 900 * SECOND_US
EQUITY_SHARE, STOP, TARGET = 0.05, 0.008, 0.016
WATCH_ONLY = ("BANKNIFTY", "NIFTY50")


def minute_of_day(at_us: int) -> int:
    """Minutes since midnight in India."""
    return (at_us // SECOND_US + IST_OFFSET_S) // 60 % 1440


class Smoothed:
    """A mean of the first n values, then value + weight x (new - value)."""

    __slots__ = ("_count", "_period", "_sum", "_weight", "value")

    def __init__(self, period: int, weight: float) -> None:
        self._period, self._weight = period, weight
        self._count, self._sum = 0, 0.0
        self.value: float | None = None

    def add(self, new: float) -> float | None:
        """Take the next value."""
        if self.value is not None:
            self.value += self._weight * (new - self.value)
        else:
            self._count += 1
            self._sum += new
            if self._count == self._period:
                self.value = self._sum / self._period
        return self.value


def ema(period: int) -> Smoothed:
    """An exponential moving average."""
    return Smoothed(period, 2.0 / (period + 1))


def wilder(period: int) -> Smoothed:
    """Wilder's moving average."""
    return Smoothed(period, 1.0 / period)


class Confluence:
    """One symbol: indicators, score, candidate and confirmation."""

    def __init__(self) -> None:
        self._gain, self._loss, self._range = wilder(14), wilder(14), wilder(14)
        self._fast, self._slow, self._signal = ema(12), ema(26), ema(9)
        self._close: float | None = None
        self._zone: str | None = None
        self._since = 0
        self._given = False

    def on_close(self, at_us: int, high: float, low: float, close: float) -> str | None:
        """Take a bar at its close; BUY or SELL when a candidate is confirmed."""
        return self.on_score(at_us, self.score(high, low, close))

    def on_score(self, at_us: int, score: float | None) -> str | None:
        """The same from a score that the engine's own indicators gave; None before they are warm."""
        zone = None if score is None else "BUY" if score >= BUY_AT else "SELL" if score <= -SELL_AT else None
        if zone != self._zone:
            self._zone, self._since, self._given = zone, at_us, False
        if zone is None or self._given or at_us - self._since < CONFIRM_US:
            return None
        self._given = True
        return zone

    def score(self, high: float, low: float, close: float) -> float | None:
        """Take a bar into the indicators; its score, None before they are warm."""
        fast, slow = self._fast.add(close), self._slow.add(close)
        line = None if fast is None or slow is None else fast - slow
        signal = None if line is None else self._signal.add(line)
        before, self._close = self._close, close
        if before is None:
            return None
        gain, loss = self._gain.add(max(close - before, 0.0)), self._loss.add(max(before - close, 0.0))
        atr = self._range.add(max(high, before) - min(low, before))
        if gain is None or loss is None or atr is None or line is None or signal is None or atr == 0.0:
            return None
        rsi = 100.0 if loss == 0.0 else 100.0 - 100.0 / (1.0 + gain / loss)
        return score_of(rsi, line, line - signal, atr)


def score_of(rsi: float, line: float, histogram: float, atr: float) -> float:
    """The score, from RSI14, EMA12 - EMA26, the MACD histogram and ATR14."""
    parts = 0.4 * _clip((rsi - 50.0) / 20.0) + 0.3 * _clip(line / atr) + 0.3 * _clip(4.0 * histogram / atr)
    return round(100.0 * parts, 6)


def _clip(value: float) -> float:
    return max(-1.0, min(1.0, value))


def may_enter(at_us: int, last_fill_us: int | None) -> bool:
    """Whether a BUY confirmed at this close may trade: inside the entry window, and not cooling down."""
    inside = ENTRY_FROM <= minute_of_day(at_us) < ENTRY_UNTIL
    return inside and (last_fill_us is None or at_us - last_fill_us >= COOLDOWN_US)
