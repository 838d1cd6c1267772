"""The contract's section 4 recomputed from its text: scores and signals of `confluence` on plain lists of bars."""

from __future__ import annotations

from dataclasses import dataclass

from tests.core import formulas


@dataclass(frozen=True, slots=True)
class Said:
    """What the strategy ought to say at a bar's close; `since` is the number of the bar that began the candidate."""

    score: float | None
    signal: str | None
    candidate: str | None
    since: int | None


def _clip(value: float) -> float:
    return max(-1.0, min(1.0, value))


def scores(highs: list[float], lows: list[float], closes: list[float]) -> list[float | None]:
    """The score at each close, None while anything is not warm."""
    columns = (
        formulas.rsi(closes, 14),
        formulas.ema(closes, 12),
        formulas.ema(closes, 26),
        formulas.macd_histogram(closes, 12, 26, 9),
        formulas.atr(highs, lows, closes, 14),
    )
    out: list[float | None] = []
    for rsi, fast, slow, histogram, atr in zip(*columns, strict=True):
        if rsi is None or fast is None or slow is None or histogram is None or not atr:
            out.append(None)
            continue
        parts = _clip((rsi - 50) / 20), _clip((fast - slow) / atr), _clip(4 * histogram / atr)
        out.append(round(100 * (0.4 * parts[0] + 0.3 * parts[1] + 0.3 * parts[2]), 6))
    return out


def says(line: list[float | None], closes_s: list[int], *, buy_at: float, sell_at: float, confirm_s: int) -> list[Said]:
    """Candidates and signals from scores and the seconds of their closes, by looking back from each close anew."""
    out: list[Said] = []
    zones = [_zone(score, buy_at, sell_at) for score in line]
    for number, (score, zone) in enumerate(zip(line, zones, strict=True)):
        if zone is None:
            out.append(Said(score, None, None, None))
            continue
        since = number
        while since > 0 and zones[since - 1] == zone:
            since -= 1
        held = [closes_s[position] - closes_s[since] >= confirm_s for position in range(since, number + 1)]
        confirmed_now = held[-1] and not any(held[:-1])
        pending = not any(held)
        out.append(Said(score, zone if confirmed_now else None, zone if pending else None, since if pending else None))
    return out


def _zone(score: float | None, buy_at: float, sell_at: float) -> str | None:
    if score is None:
        return None
    if score >= buy_at:
        return "BUY"
    return "SELL" if score <= -sell_at else None
