"""A symbol's tape: its last accepted price, the base bar being formed, its history, and the prices that matter next.

Fed tick by tick by engine.py; read by the tick guard, bars, risk and the simulated venue. One object a symbol, slots
only, because the tick path touches nothing else.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from engine.domain.instant import DAY, MINUTE, NEVER, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, TradingSession

HISTORY_BARS = 1_500  # four NSE days of minutes: more than any indicator here needs to forget its seed
BAND_PCT = 20  # NSE's widest daily price band; a single print beyond it is not a market move
CALM_PCT = 8  # two prices within 8 % of a third are never 20 % apart: 1.08 / 0.92 is 1.174
UNBOUNDED = 2**62


class Tape:
    """Prices are in the instrument's units.

    `until` is the close of the forming bar, -NEVER while none is forming. A price in [calm_low, calm_high] after
    `last_at` and before `until` needs no second look: it is no jump, touches no stop or target, and belongs to the
    forming bar.
    """

    __slots__ = (
        "_anchor_high",
        "_anchor_low",
        "bar_open_at",
        "calm_high",
        "calm_low",
        "close_at",
        "closed",
        "day_end",
        "day_start",
        "first_price",
        "floor",
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
        self.history: deque[tuple[Bar, TradingSession | None]] = deque(maxlen=HISTORY_BARS)  # each with its day

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
            self._anchor_low = price * (100 - CALM_PCT) // 100
            self._anchor_high = price * (100 + CALM_PCT) // 100
            self._calm()

    def watch(self, low: int, high: int) -> None:
        """Prices at or beyond these two touch a stop or a target."""
        self.trigger_low, self.trigger_high = low, high
        self._calm()

    def _calm(self) -> None:
        self.calm_low = max(self._anchor_low, self.trigger_low + 1)
        self.calm_high = min(self._anchor_high, self.trigger_high - 1)

    def jumps_to(self, price: int) -> bool:
        """Whether a price is further from the last than a single print can be. Never the day's first."""
        if not self.first_price:
            return False
        return abs(price - self.last_price) * 100 > self.last_price * BAND_PCT

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
