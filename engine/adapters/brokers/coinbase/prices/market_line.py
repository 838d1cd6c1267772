"""One connection to Coinbase's market socket: what it asks for, what its messages mean, when it is given up. Kept open
by live_prices/kept_line.py; fed by the broker, feeds market events.

Nothing here needs a key. Heartbeats come once a second, so that a market without trades can be told from a connection
without life; a hole in the count of messages, or in a product's trades, is mended by asking anew (trades.py).
"""

from __future__ import annotations

from collections.abc import Callable

from engine.adapters.brokers.coinbase.prices.messages import SNAPSHOT, TRADES, Envelope, again, read_envelope, wish
from engine.adapters.brokers.coinbase.prices.trades import Trades
from engine.adapters.brokers.live_prices.kept_line import KeptLine, Wire
from engine.adapters.brokers.live_prices.silence import Patience, Silence
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import MarketEvent
from engine.ports import Clock

PULSE_S = 2.0  # without a message, heartbeats included: something is wrong, though it may pass
HELD_S = 40.0  # market time waits so long for a connection that is away: to be found dead, and opened again


class MarketLine(KeptLine):
    """`open_wire` opens the socket. Products are subscribed to under the names that Coinbase lists them by, and only
    while it lists them: a wish that names one that is not there may be refused for all.
    """

    def __init__(
        self,
        number: int,
        trades: Trades,
        open_wire: Callable[[], Wire],
        clock: Clock,
        rest_s: Callable[[int], float],
        patience: Patience | None = None,
        listed: Callable[[str], bool] = lambda symbol: True,
    ) -> None:
        super().__init__(number, len(trades.heard), clock, rest_s)
        self.trades = trades
        self._open_wire, self._patience, self._listed = open_wire, patience or Patience(), listed
        self._watch = Silence(trades.heard, 0.0, self._patience)
        self._sequence = -1
        self._heard_s = clock.monotonic()

    @property
    def interrupted(self) -> bool:
        """Whether trades may be missing that are soon to be had: the connection is away or silent, and has not been
        for long, or gathers. Market time waits for them.
        """
        if self.trades.gathering:
            return True
        return (self.wire is None or self.away_s >= PULSE_S) and self.away_s < HELD_S

    @property
    def away_s(self) -> float:
        """For how long nothing has been heard, heartbeats included."""
        return self._clock.monotonic() - self._heard_s

    @property
    def caught_up(self) -> bool:
        """Whether it is heard, and has told what it gathered."""
        return self.wire is not None and self.away_s < PULSE_S and not self.trades.gathering

    def _connect(self) -> Wire:
        return self._open_wire()

    def _wishes(self) -> list[str]:
        self.trades.wanted = self._wanted()
        return wish(self.trades.wanted)

    def _opened(self) -> None:
        now_s = self._clock.monotonic()
        self._watch, self._sequence = Silence(self.trades.heard, now_s, self._patience), -1
        self.trades.gather(now_s)

    def _spoken(self) -> int:
        return self.trades.counts.messages

    def _take(self, messages: list[str | bytes], now_s: float) -> list[MarketEvent]:
        events = list[MarketEvent]()
        for message in messages:
            self._watch.any_s = self._heard_s = now_s
            told = read_envelope(message)
            if told is None:
                self.trades.unreadable(f"a message that can't be read: {message[:60]!r}")
            elif told.complaint:
                self._complains(f"Coinbase's market socket complains: {told.complaint}")
            else:
                events += self._of(told, now_s)
        return events

    def _of(self, told: Envelope, now_s: float) -> list[MarketEvent]:
        if told.sequence >= 0:
            if self._sequence >= 0 and told.sequence > self._sequence + 1:
                self.trades.lost(now_s)
            self._sequence = told.sequence
        if told.channel != TRADES:
            return []
        events = list[MarketEvent]()
        self.trades.counts.messages += 1
        self._watch.price_s = now_s
        for event in told.events:
            rows = event.get("trades")
            if isinstance(rows, list):
                events += self.trades.take(rows, now_s, snapshot=event.get("type") == SNAPSHOT)
        return events

    def _tend(self, wire: Wire, now_s: float) -> list[MarketEvent]:
        wanted = self._wanted()
        new, self.trades.wanted = [one for one in wanted if one not in self.trades.wanted], wanted
        look = self._watch.look(now_s, trading=bool(wanted))
        if look.dead is not None:
            raise OutcomeUnknown(f"Coinbase's market socket fell silent: {look.dead}")
        quiet = {one.instrument.symbol for one in look.ask}
        asked = [one for one in wanted if self.trades.asks or one in quiet or one in new]
        self.trades.asks = False
        for message in again(asked) if asked else ():
            wire.send(message)
        return [*self.trades.due(now_s), *self._signs_of_life(look, now_s)]

    def _wanted(self) -> tuple[str, ...]:
        """What Coinbase lists of our products, by the last look at its list."""
        return tuple(one.instrument.symbol for one in self.trades.heard if self._listed(one.instrument.symbol))
