"""The three paper bots of the demo market. Given to the account by bootstrap the first time; people change them."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.account import BotSpec
from engine.domain.exits import Exits
from engine.strategies.bot_list import BotList

DEMO_BOTS = BotList(
    bots=(
        BotSpec(
            bot_id="reliance-momentum",
            name="Reliance Momentum",
            strategy="confluence",
            symbols=("RELIANCE",),
            exits=Exits(stop_pct=Decimal("0.8"), target_pct=Decimal("1.6")),
        ),
        BotSpec(
            bot_id="bank-basket",
            name="Bank Basket",
            strategy="confluence",
            symbols=("HDFCBANK", "SBIN"),
            exits=Exits(stop_pct=Decimal("0.8"), target_pct=Decimal("1.6")),
        ),
        BotSpec(
            bot_id="tech-and-bitcoin",
            name="Tech and Bitcoin",
            strategy="confluence",
            symbols=("INFY", "TCS", "TATAMOTORS", "BTC-INR"),
            parameters={"confirm_s": 180},
            exits=Exits(stop_pct=Decimal("1.2")),
        ),
    ),
)
