"""A symbol's tape: its last accepted price, the base bar being formed, its history, and the prices that matter next.

Fed tick by tick by engine.py; read by the tick guard, bars, risk and the simulated venue. One object a symbol, slots
only, because the tick path touches nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from engine.core.past_bars import PastBars
from engine.domain.instant import DAY, MINUTE, NEVER, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession

HISTORY_BARS = 1_500  # four NSE days of minutes: more than any indicator here needs to forget its seed
BAND_PCT = 20  # NSE's widest daily price band; a single print beyond it is not a market move
NEAR_PCT = 3  # two prints no further apart than this are never looked at twice
CALM_PERMILLE = 14  # two prices within 1.4 % of a third are never 3 % apart: 1.014 / 0.986 is 1.0284
UNBOUNDED = 2**62
MOVES = 30  # minutes that a price's distance is measured by
MOVES_MIN = 15
OUTLYING_TIMES = 20  # what a minute usually moves
RECENT_US = 5 * MINUTE


class Tape:
    """Prices are in the instrument's units.

    `until` is the close of the forming bar, -NEVER while none is forming. A price in [calm_low, calm_high] that is not
    older than `last_at`, before `until` and no repeat needs no second look: it is no jump, touches no stop or target,
    and belongs to the forming bar.
    """

    __slots__ = (
        "_anchor_high",
        "_anchor_low",
        "band_high",
        "band_low",
        "bar_open_at",
        "calm_high",
        "calm_low",
        "close_at",
        "closed",
        "day_end",
        "day_start",
        "first_price",
        "floor",
        "heard_at",
        "high",
        "history",
        "instrument",
        "jump_after",
        "jump_count",
        "jump_price",
        "last_at",
        "last_price",
        "low",
        "open",
        "open_at",
        "scale",
        "session",
        "symbol",
        "trigger_high",
        "trigger_low",
        "until",
        "volume",
        "wall_at",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.symbol = instrument.symbol
        self.scale = float(10**instrument.price_digits)
        self.session: TradingSession | None = None
        self.open_at: Instant = NEVER
        self.close_at: Instant = -NEVER
        self.day_start: Instant = NEVER
        self.day_end: Instant = -NEVER
        self.floor: Instant = -NEVER  # nothing before this is taken: its bar is closed
        self.last_at: Instant = -NEVER
        self.last_price = 0
        self.first_price = 0
        self.jump_price = self.jump_count = 0
        self.jump_after: Instant = -NEVER
        self.until: Instant = -NEVER
        self.bar_open_at: Instant = NEVER
        self.open = self.high = self.low = 0
        self.volume = 0.0
        self.closed: list[Bar] = []
        self.trigger_low, self.trigger_high = 0, UNBOUNDED
        self._anchor_low, self._anchor_high = 1, 0
        self.calm_low, self.calm_high = 1, 0  # empty: the first price gets a second look
        self.wall_at: Instant = NEVER  # wall time where the market's clock is that; NEVER where it is not
        self.heard_at: Instant = -NEVER  # wall time of a tick that was not taken, and shows that the feed lives
        self.band_low, self.band_high = 0, UNBOUNDED
        self.keep_within(instrument)
        self.history = PastBars(HISTORY_BARS)

    def begin(self, session: TradingSession) -> None:
        """A trading day begins: its bounds hold, and its first price is not measured against yesterday's."""
        self.session = session
        self.open_at, self.close_at = session.open_at, session.close_at
        offset = session.utc_offset_s * 1_000_000
        self.day_start = (session.open_at + offset) // DAY * DAY - offset
        self.day_end = self.day_start + DAY
        self.floor = session.open_at
        self.first_price = 0
        self._anchor_low, self._anchor_high = 1, 0
        self._calm()

    def accept(self, at: Instant, price: int) -> None:
        """Take a price as the last one."""
        self.last_at = at
        self.last_price = price
        self.jump_count = 0
        if not self.first_price:
            self.first_price = price
        if not self._anchor_low <= price <= self._anchor_high:
            self._anchor_low = -(-price * (1_000 - CALM_PERMILLE) // 1_000)
            self._anchor_high = price * (1_000 + CALM_PERMILLE) // 1_000
            self._calm()

    def reckon_by(self, price: Decimal) -> None:
        """What a position is worth before its symbol's first price: as much as it was traded for."""
        if not self.last_price:
            self.last_price = self.instrument.units_of(price)

    def takes_calmly(self, tick: Tick) -> bool:
        """Take a tick that needs no second look into the forming bar; False, and nothing changed, for any other."""
        at, price = tick.at, tick.price
        if not (at < self.until and self.calm_low <= price <= self.calm_high):
            return False
        if at <= self.last_at and (at < self.last_at or (price == self.last_price and tick.quantity <= 0)):
            return False  # out of order, or a repeat
        self.last_at = at
        self.last_price = price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.volume += tick.quantity
        return True

    def doubt(self, count: int, price: int, after: Instant) -> None:
        """Remember a jump that was not taken, the count-th in a row; the next price is looked at twice."""
        self.jump_count, self.jump_price, self.jump_after = count, price, after
        self._anchor_low, self._anchor_high = 1, 0
        self._calm()

    def keep_within(self, instrument: Instrument) -> None:
        """Circuit limits, the limits themselves included."""
        self.instrument = instrument
        low, high = instrument.band_low, instrument.band_high
        self.band_low = 0 if low is None else instrument.units_of(low)
        self.band_high = UNBOUNDED if high is None else instrument.units_of(high)
        self._calm()

    def watch(self, low: int, high: int) -> None:
        """Prices at or beyond these two touch a stop or a target."""
        self.trigger_low, self.trigger_high = low, high
        self._calm()

    def _calm(self) -> None:
        self.calm_low = max(self._anchor_low, self.trigger_low + 1, self.band_low)
        self.calm_high = min(self._anchor_high, self.trigger_high - 1, self.band_high)

    def jumps_to(self, price: int) -> bool:
        """Whether a price is further from the last than a single print can be. Never the day's first."""
        if not self.first_price:
            return False
        return abs(price - self.last_price) * 100 > self.last_price * BAND_PCT

    def stands_out(self, at: Instant, price: int) -> bool:
        """Whether a price is far from the last one by the measure of recent minutes: the median of their moves.

        Never the day's first, nor one that comes after minutes without any.
        """
        far = abs(price - self.last_price)
        if far * 100 <= self.last_price * NEAR_PCT or not self.first_price or at - self.last_at > RECENT_US:
            return False
        newest = [self.history[-number][0].close for number in range(1, min(len(self.history), MOVES + 1) + 1)]
        if len(newest) <= MOVES_MIN:
            return False
        moves = sorted(abs(later - earlier) for later, earlier in pairwise(newest))
        usual = max(moves[len(moves) // 2], self.instrument.units_of(self.instrument.tick_size))
        return far > OUTLYING_TIMES * usual

    def form(self, at: Instant, price: int, quantity: float) -> None:
        """Put a price into the forming base bar, or open the one that holds `at` with it."""
        if self.until > at:
            self.high, self.low = max(self.high, price), min(self.low, price)
            self.volume += quantity
            return
        self.bar_open_at = at - at % MINUTE
        self.until = self.bar_open_at + MINUTE
        self.open = self.high = self.low = price
        self.volume = quantity

    def cut(self, close_at: Instant) -> None:
        """Close the forming base bar, if any; it waits in `closed`. Its close is the last price."""
        if self.until > 0:
            self.closed.append(
                Bar(
                    self.symbol,
                    "1m",
                    self.bar_open_at,
                    self.until,
                    self.open,
                    self.high,
                    self.low,
                    self.last_price,
                    max(self.volume, 0.0),  # a feed that takes quantities back may take too much
                )
            )
            self.until = -NEVER
        self.floor = max(self.floor, close_at)

    def price(self) -> Decimal:
        """The last price in currency."""
        return self.instrument.price_of(self.last_price)
