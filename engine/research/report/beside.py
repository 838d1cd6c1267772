"""What a report shows beside a run: the data it ran over, buy and hold, the run under the other intrabar rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.market_data.columns import MarketData
from engine.research.benchmark import Benchmark


@dataclass(frozen=True, slots=True)
class Beside:
    """Each part may be absent, and its place in the report is then left out. `twin` is a summary."""

    data: MarketData | None = None
    benchmark: Benchmark | None = None
    twin: Mapping[str, Any] | None = None
