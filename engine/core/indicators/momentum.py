"""How far the close has come in n bars. Fed by kept.py; read by strategies."""

from __future__ import annotations

from collections import deque


class Momentum:
    """The close less the close n bars before it, in currency; TA-Lib's MOM."""

    __slots__ = ("_closes", "value")

    def __init__(self, period: int) -> None:
        self._closes: deque[float] = deque(maxlen=period + 1)
        self.value: float | None = None

    def update(self, high: float, low: float, close: float) -> None:
        closes = self._closes
        closes.append(close)
        if len(closes) == closes.maxlen:
            self.value = close - closes[0]
