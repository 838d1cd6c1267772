"""The three paper bots of Coinbase's market, for who names none. Given to the account by bootstrap the first time;
people change them.

Their widths and targets are wide: the lowest fee tier takes 1.2 % of an order's value on either side.
"""

from __future__ import annotations

from decimal import Decimal

from engine.domain.account import BotSpec
from engine.domain.exits import Exits
from engine.domain.risk import RiskPolicy
from engine.strategies.bot_list import BotList

COINBASE_BOTS = BotList(
    bots=(
        BotSpec(
            bot_id="bitcoin-momentum",
            name="Bitcoin Momentum",
            strategy="confluence",
            symbols=("BTC-USD",),
            timeframe="5m",
            exits=Exits(stop_pct=Decimal(3), target_pct=Decimal(8)),
        ),
        BotSpec(
            bot_id="ether-trend",
            name="Ether Trend",
            strategy="trend",
            symbols=("ETH-USD",),
            timeframe="15m",
            exits=Exits(stop_pct=Decimal(4)),
        ),
        BotSpec(
            bot_id="coins-on-drops",
            name="Coins, on drops",
            strategy="accumulate",
            symbols=("BTC-USD", "ETH-USD", "SOL-USD"),
            parameters={"every_days": 1, "drop_pct": 1.0},
            exits=Exits(target_pct=Decimal(6)),
        ),
    ),
    cash=Decimal(10_000),
    charge_schedule="coinbase_taker",
    risk_policy=RiskPolicy(notional_min=Decimal(10)),
)
