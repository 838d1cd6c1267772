"""The demo's first minutes, reckoned again from the contract's formulas: a BUY is confirmed soon after 10:00."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.domain.market import Bar
from engine.simulation.demo_market import DemoMarket

IST = timezone(timedelta(hours=5, minutes=30))
CONFIRM_MINUTES = 5


def ema(values: list[float | None], n: int) -> list[float | None]:
    """EMA seeded by the mean of the first n values; None until then."""
    known = [value for value in values if value is not None]
    out: list[float | None] = [None] * (len(values) - len(known) + n - 1)
    mean = sum(known[:n]) / n
    out.append(mean)
    for value in known[n:]:
        mean += (value - mean) * 2 / (n + 1)
        out.append(mean)
    return out


def wilder(values: list[float], n: int) -> list[float]:
    """Wilder's mean: the simple mean of the first n, then 1 part in n of each new one."""
    mean = sum(values[:n]) / n
    out = [mean]
    for value in values[n:]:
        mean = (mean * (n - 1) + value) / n
        out.append(mean)
    return out


def scores(bars: list[Bar]) -> list[float | None]:
    """Confluence of each bar, by CONTRACT section 4."""
    closes = [bar.close / 100 for bar in bars]
    changes = [b - a for a, b in itertools.pairwise(closes)]
    gains, losses = wilder([max(c, 0.0) for c in changes], 14), wilder([max(-c, 0.0) for c in changes], 14)
    rsi = [100.0 - 100.0 / (1.0 + gain / loss) if loss else 100.0 for gain, loss in zip(gains, losses, strict=True)]
    ranges = [
        max(bar.high / 100, close) - min(bar.low / 100, close) for bar, close in zip(bars[1:], closes, strict=False)
    ]
    atr = wilder(ranges, 14)
    fast, slow = ema(list(closes), 12), ema(list(closes), 26)
    line = [f - s if f is not None and s is not None else None for f, s in zip(fast, slow, strict=True)]
    signal = ema(line, 9)

    def clip(value: float) -> float:
        return max(-1.0, min(1.0, value))

    out: list[float | None] = []
    for i in range(len(bars)):
        if i < 14 or signal[i] is None:
            out.append(None)
            continue
        histogram = line[i] - signal[i]
        parts = (clip((rsi[i - 14] - 50) / 20), clip(line[i] / atr[i - 14]), clip(4 * histogram / atr[i - 14]))
        out.append(round(100 * (0.4 * parts[0] + 0.3 * parts[1] + 0.3 * parts[2]), 6))
    return out


def buys(seed: int, symbol: str) -> list[str]:
    """The times, HH:MM, at which day 0 confirms a BUY, up to 10:30; history included."""
    market = DemoMarket(seed)
    bars = [bar for day in (-1, 0) for bar in market.bars(day) if bar.symbol == symbol]
    confirmed, held = [], 0
    for bar, score in zip(bars, scores(bars), strict=True):
        held = held + 1 if score is not None and score >= 60 else 0
        if held == CONFIRM_MINUTES + 1:
            close = datetime.fromtimestamp(bar.close_at / 1e6, UTC).astimezone(IST)
            confirmed.append(close.strftime("%Y-%m-%d %H:%M"))
    return [when[11:] for when in confirmed if "2026-01-05 09:50" <= when <= "2026-01-05 10:30"]


@pytest.mark.parametrize("seed", [1, 2, 3, 7, 42, 2026, 10**12])
def test_reliance_confirms_a_buy_between_one_and_three_minutes_past_ten(seed: int) -> None:
    assert buys(seed, "RELIANCE")[0] in {"10:01", "10:02", "10:03"}


@pytest.mark.parametrize("seed", [1, 2, 3, 42])
def test_a_second_and_a_third_symbol_follow(seed: int) -> None:
    assert buys(seed, "HDFCBANK")[0] in {"10:04", "10:05", "10:06", "10:07"}
    assert buys(seed, "BTC-INR")[0] in {"10:10", "10:11", "10:12", "10:13", "10:14"}
