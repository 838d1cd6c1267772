"""What Coinbase's messages look like: field by field, by kind of value. Feeds tests.

Written down from recorded messages of 2023 to 2026; `make prove ONLY=recordings` holds them against recordings, and the
tests beside this folder hold the loopback broker against them. Rows of the user channel lack what does not apply.
"""

from __future__ import annotations

from typing import Any

from tests.brokers.loopback.shapes import NOTHING, NUMBER, TEXT, TRUTH, shape_of

_PRODUCT_TEXTS = (
    "product_id", "price", "price_percentage_change_24h", "volume_24h", "volume_percentage_change_24h",
    "base_increment", "quote_increment", "quote_min_size", "quote_max_size", "base_min_size", "base_max_size",
    "base_name", "quote_name", "status", "product_type", "quote_currency_id", "base_currency_id", "mid_market_price",
    "alias", "base_display_symbol", "quote_display_symbol", "price_increment", "display_name", "product_venue",
    "approximate_quote_24h_volume", "new_at", "market_cap", "base_cbrn", "quote_cbrn", "product_cbrn", "icon_color",
    "icon_url", "display_name_overwrite", "about_description", "best_bid_price", "best_ask_price", "high_24h",
    "low_24h",
)  # fmt: skip
_PRODUCT_TRUTHS = (
    "watched", "is_disabled", "new", "cancel_only", "limit_only", "post_only", "trading_disabled", "auction_mode",
    "view_only", "is_alpha_testing",
)  # fmt: skip
PRODUCT = {
    **dict.fromkeys(_PRODUCT_TEXTS, TEXT),
    **dict.fromkeys(_PRODUCT_TRUTHS, TRUTH),
    "fcm_trading_session_details": NOTHING,
}

_ORDER_TEXTS = (
    "order_id", "product_id", "user_id", "side", "client_order_id", "status", "time_in_force", "created_time",
    "completion_percentage", "filled_size", "average_filled_price", "fee", "number_of_fills", "filled_value",
    "total_fees", "total_value_after_fees", "trigger_status", "order_type", "reject_reason", "product_type",
    "reject_message", "cancel_message", "order_placement_source", "outstanding_hold_amount", "last_fill_time",
    "leverage", "margin_type", "cursor",
)  # fmt: skip
_ORDER_TRUTHS = ("pending_cancel", "size_in_quote", "size_inclusive_of_fees", "settled", "is_liquidation")
FILLED_ORDER = {**dict.fromkeys(_ORDER_TEXTS, TEXT), **dict.fromkeys(_ORDER_TRUTHS, TRUTH), "edit_history": []}

_FILL_TEXTS = (
    "entry_id", "trade_id", "order_id", "trade_time", "trade_type", "price", "size", "commission", "product_id",
    "sequence_timestamp", "liquidity_indicator", "user_id", "side", "cursor",
)  # fmt: skip
FILL = {**dict.fromkeys(_FILL_TEXTS, TEXT), "size_in_quote": TRUTH}

ENVELOPE = ("channel", "timestamp", "sequence_num", "events")
_TRADE = dict.fromkeys(("product_id", "trade_id", "price", "size", "time", "side"), TEXT)
_CANDLE = dict.fromkeys(("start", "high", "low", "open", "close", "volume", "product_id"), TEXT)
_TICKER_TEXTS = (
    "type", "product_id", "price", "volume_24_h", "low_24_h", "high_24_h", "low_52_w", "high_52_w",
    "price_percent_chg_24_h", "best_bid", "best_ask", "best_bid_quantity", "best_ask_quantity",
)  # fmt: skip
_LEVEL = dict.fromkeys(("side", "event_time", "price_level", "new_quantity"), TEXT)
EVENTS: dict[str, Any] = {
    "market_trades": {"type": TEXT, "trades": [_TRADE]},
    "candles": {"type": TEXT, "candles": [_CANDLE]},
    "ticker": {"type": TEXT, "tickers": [dict.fromkeys(_TICKER_TEXTS, TEXT)]},
    "l2_data": {"type": TEXT, "product_id": TEXT, "updates": [_LEVEL]},
    "heartbeats": {"current_time": TEXT, "heartbeat_counter": NUMBER},
}
_TOLD_TEXTS = (
    "avg_price", "client_order_id", "cumulative_quantity", "filled_value", "leaves_quantity", "number_of_fills",
    "order_id", "order_side", "order_type", "product_id", "status", "total_fees", "creation_time",
)  # fmt: skip
TOLD_ORDER = dict.fromkeys(_TOLD_TEXTS, TEXT)


def product_shape(row: dict[str, Any]) -> Any:
    """Of a product's row, without the names that it also goes by, which most have none of."""
    return shape_of({name: value for name, value in row.items() if name != "alias_to"})


def order_shape(row: dict[str, Any]) -> Any:
    """Of an order's row, without what depends on its kind."""
    return shape_of({name: value for name, value in row.items() if name != "order_configuration"})
