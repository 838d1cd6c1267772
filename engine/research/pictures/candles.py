"""Trades on candles: what a bot did, on the prices it did it at. A pure function from columns and trades to SVG text.

Fed by market.py (candles of the data) and the closed trades of a backtest; used by the report and the documentation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from engine.domain.instant import DAY, MINUTE, SECOND, Instant, moment_of
from engine.domain.records import ClosedTradeRecord
from engine.research.pictures.canvas import Canvas, n, padded, polyline
from engine.research.pictures.numbers import grouped, signed_money

LABELLED_MOST = 14  # trades; more labels than that cover the candles, and the title of a mark says the same
DAY_LINES_MOST = 15  # days; of more, only the first of each month gets a line
SMALL_FROM = 60  # trades; so many marks are drawn small, and without the way between
_VOLUME_SHARE = 0.16


@dataclass(frozen=True, slots=True)
class Candles:
    """One symbol's candles in currency, by their opens; each is `width_us` wide, and gaps between them are left out."""

    symbol: str
    width_us: int
    utc_offset_s: int
    open_at: Sequence[Instant]
    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    volume: Sequence[float]
    price_digits: int = 2

    def __len__(self) -> int:
        return len(self.open_at)

    def place(self, at: Instant) -> float:
        """Where an instant lies, in candles from the left edge; in a gap, at its beginning."""
        number = bisect_right(self.open_at, at) - 1
        if number < 0:
            return 0.0
        return number + min((at - self.open_at[number]) / self.width_us, 1.0)

    def holds(self, at: Instant) -> bool:
        """Whether an instant lies in the span of the candles."""
        return len(self) > 0 and self.open_at[0] <= at <= self.open_at[-1] + self.width_us


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the candles, say an indicator: (instant, price) in order; None interrupts it."""

    name: str
    points: Sequence[tuple[Instant, float | None]]
    dashed: bool = field(default=False)


def candles_svg(
    candles: Candles,
    trades: Sequence[ClosedTradeRecord],
    *,
    lines: Sequence[Line] = (),
    width: int = 960,
    height: int = 340,
    currency: str = "INR",
) -> str:
    """Candles (up hollow, down filled), volume, lines, and of each trade its entry, its exit and the way between.

    Trades of other symbols, and those outside the candles' span, are left out.
    """
    if not len(candles):
        return Canvas(width, 60, 0, 1, 0, 1).svg(
            "No prices", '<text class="mid" x="50%" y="34">No prices in this span.</text>'
        )
    shown = [
        trade
        for trade in trades
        if trade.symbol == candles.symbol and (candles.holds(trade.entry_at) or candles.holds(trade.exit_at))
    ]
    prices = [*candles.high, *candles.low, *(value for line in lines for _, value in line.points if value is not None)]
    low, high = padded(prices, 0.05)
    plane = Canvas(width, height, 0, len(candles), low - (high - low) * _VOLUME_SHARE, high)
    digits = candles.price_digits
    return plane.svg(
        _label(candles, shown, currency),
        plane.value_axis(lambda value: grouped(value, digits, currency), tagged=candles.close[-1]),
        plane.place_axis(_labels(candles)),
        _volume(plane, candles),
        _bodies(plane, candles),
        *(_line(plane, candles, line) for line in lines),
        *(_trade(plane, candles, trade, currency, len(shown)) for trade in shown),
        plane.tag(candles.close[-1], grouped(candles.close[-1], digits, currency)),
    )


def _label(candles: Candles, shown: Sequence[ClosedTradeRecord], currency: str) -> str:
    net = float(sum(trade.net_pnl for trade in shown))
    what = f"{len(shown)} trade{'' if len(shown) == 1 else 's'}, net {signed_money(net, currency)}"
    return f"{candles.symbol} from {_clock(candles, candles.open_at[0], True)}: {what if shown else 'no trade'}"


def _clock(candles: Candles, at: Instant, with_day: bool = False) -> str:
    local = moment_of(at + candles.utc_offset_s * SECOND)
    return f"{local.day} {local:%b %Y %H:%M}" if with_day else f"{local:%H:%M}"


def _labels(candles: Candles) -> list[tuple[float, str, bool]]:
    """Days where there are several, else whole hours; the first candle in any case."""
    offset = candles.utc_offset_s * SECOND
    days = [(at + offset) // DAY for at in candles.open_at]
    if days[0] != days[-1]:
        starts = [number for number, day in enumerate(days) if number == 0 or day != days[number - 1]]
        named = [(number, _moment(candles, number)) for number in starts]
        lined = [len(starts) <= DAY_LINES_MOST or number == 0 or moment.month != named[number - 1][1].month
                 for number, (_, moment) in enumerate(named)]  # fmt: skip
        return [(place, f"{moment.day} {moment:%b}", line) for (place, moment), line in zip(named, lined, strict=True)]
    step = 30 * MINUTE if len(candles) * candles.width_us <= 4 * 60 * MINUTE else 60 * MINUTE
    labels = [(0.0, _clock(candles, candles.open_at[0]), False)]
    first, last = candles.open_at[0] + offset, candles.open_at[-1] + offset
    for at in range(first // step * step + step, last + 1, step):
        labels.append((candles.place(at - offset), _clock(candles, at - offset), False))
    return labels


def _moment(candles: Candles, number: int) -> datetime:
    return moment_of(candles.open_at[number] + candles.utc_offset_s * SECOND)


def _volume(plane: Canvas, candles: Candles) -> str:
    most = max(candles.volume, default=0.0)
    if most <= 0:
        return ""
    foot = n(plane.floor_y)
    tall, half = (plane.floor_y - plane.top) * _VOLUME_SHARE * 0.85, _half(plane, candles)
    bars = "".join(
        f"M{n(plane.x(number + 0.5) - half)} {foot}v{n(-tall * amount / most)}h{n(2 * half)}V{foot}z"
        for number, amount in enumerate(candles.volume)
        if amount > 0
    )
    return f'<path class="vol" d="{bars}"/>'


def _half(plane: Canvas, candles: Candles) -> float:
    return max((plane.end_x - plane.left) / len(candles) * 0.32, 0.4)


def _bodies(plane: Canvas, candles: Candles) -> str:
    """All rising candles as one path and all others as another: a day of minutes stays a few kilobytes."""
    half = _half(plane, candles)
    paths: dict[str, list[str]] = {"up": [], "down": []}
    for number, (open_, high, low, close) in enumerate(
        zip(candles.open, candles.high, candles.low, candles.close, strict=True)
    ):
        x, top, foot = plane.x(number + 0.5), plane.y(max(open_, close)), plane.y(min(open_, close))
        paths["up" if close >= open_ else "down"].append(
            f"M{n(x)} {n(plane.y(high))}V{n(top)}M{n(x)} {n(foot)}V{n(plane.y(low))}"
            f"M{n(x - half)} {n(top)}h{n(2 * half)}V{n(max(foot, top + 0.6))}h{n(-2 * half)}z"
        )
    return "".join(f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in paths.items() if parts)


def _line(plane: Canvas, candles: Candles, line: Line) -> str:
    stretches: list[list[tuple[float, float]]] = [[]]
    for at, value in line.points:
        if value is None:
            stretches.append([])
        elif candles.holds(at):
            stretches[-1].append((plane.x(candles.place(at)), plane.y(value)))
    path = "".join(polyline(stretch) for stretch in stretches if len(stretch) > 1)
    kind = "line2" if line.dashed else "line"
    return f'<path class="{kind}" d="{path}"><title>{escape(line.name)}</title></path>' if path else ""


def _trade(plane: Canvas, candles: Candles, trade: ClosedTradeRecord, currency: str, of: int) -> str:
    """Entry: a filled triangle that points the way of the trade. Exit: a ring. Between them a dashed line.

    `of` is how many are drawn: few get labels, many get small marks.
    """
    named, small = of <= LABELLED_MOST, of >= SMALL_FROM
    net = float(trade.net_pnl)
    colour = "g" if net > 0 else "l" if net < 0 else "n"
    sign = 1 if trade.side == "LONG" else -1
    x1, y1 = plane.x(candles.place(trade.entry_at)), plane.y(float(trade.entry_price))
    x2, y2 = plane.x(candles.place(trade.exit_at)), plane.y(float(trade.exit_price))
    title = (
        f"{trade.side.lower()} {trade.quantity:f} from {_clock(candles, trade.entry_at)} at {trade.entry_price:f} "
        f"to {_clock(candles, trade.exit_at)} at {trade.exit_price:f} ({trade.exit_reason.value.replace('_', ' ')}), "
        f"net {signed_money(net, currency)}"
    )
    entered, left = candles.holds(trade.entry_at), candles.holds(trade.exit_at)
    parts = [f"<g><title>{escape(title)}</title>"]
    if entered and left and not small:
        parts.append(f'<path class="held {colour}" d="M{n(x1)} {n(y1)}L{n(x2)} {n(y2)}"/>')
    if entered:
        half, tall = (3, 5 * sign) if small else (5, 9 * sign)
        parts.append(f'<path class="entry" d="M{n(x1)} {n(y1)}l-{half} {tall}h{2 * half}z"/>')
        if named:
            words = f"{'Buy' if sign > 0 else 'Sell'} {trade.quantity:f}"
            parts.append(_words(plane, x1, y1 + 20 * sign + (2 if sign > 0 else 4), words))
    if left:
        parts.append(f'<circle class="exit {colour}" cx="{n(x2)}" cy="{n(y2)}" r="{2 if small else 3.6}"/>')
        if named:
            away = -1 if float(trade.exit_price - trade.entry_price) * sign >= 0 else 1
            parts.append(_words(plane, x2, y2 + 4 + 12 * away * sign, signed_money(net, currency)))
    return "".join((*parts, "</g>"))


def _words(plane: Canvas, x: float, y: float, words: str) -> str:
    reach = 3.2 * len(words)
    middle = min(max(x, plane.left + reach), plane.end_x - reach)
    height = min(max(y, plane.top + 10), plane.floor_y - 2)
    return f'<text class="mid halo strong" x="{n(middle)}" y="{n(height)}">{escape(words)}</text>'
