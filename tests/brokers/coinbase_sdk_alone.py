"""Coinbase's unmodified SDK and nothing of ours, in a process of its own. Fed addresses by a test; prints what it
understood.

Its REST client takes a host and insists on https; its socket clients take whole addresses. It reads whom to trust from
REQUESTS_CA_BUNDLE, and on sockets it trusts anybody.
"""

from __future__ import annotations

import json
import queue
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from coinbase.rest import RESTClient
from coinbase.websocket import WebsocketResponse, WSClient, WSUserClient

WITHIN_S = 60.0
PRODUCT = "BTC-USD"
CHANNELS = ("ticker", "market_trades", "candles", "level2", "status")


def main(told: dict[str, str]) -> dict[str, Any]:
    """One short visit: who am I, what is there, listen, order, cancel, read every list."""
    host, key = urlsplit(told["root"]).netloc, {"api_key": told["key_name"], "api_secret": told["private_key"]}
    client = RESTClient(**key, base_url=host, timeout=60)
    found: dict[str, Any] = {"permissions": client.get_api_key_permissions().to_dict()}
    found["by_key_file"] = RESTClient(key_file=told["key_file"], base_url=host, timeout=60).get_portfolios().to_dict()
    found |= _looked_round(client)

    updates, user = _listening(WSUserClient, told["user_socket"], key)
    user.open()
    user.subscribe([], ["user", "heartbeats"])
    found["snapshot"] = updates.get(timeout=WITHIN_S)
    found["placed"] = client.limit_order_gtc_buy("sdk-1", PRODUCT, "0.01", "70000").to_dict()
    found["updates"] = _until(updates, "FILLED")
    found["again"] = client.limit_order_gtc_buy("sdk-1", PRODUCT, "0.01", "70000").to_dict()
    resting = client.limit_order_gtc_sell("sdk-2", PRODUCT, "0.02", "99000", post_only=True)
    stop = client.stop_limit_order_gtc_sell("sdk-3", PRODUCT, "0.03", "40000", "41000", "STOP_DIRECTION_STOP_DOWN")
    found["stop"] = client.get_order(stop["success_response"]["order_id"]).to_dict()
    found["refused"] = client.limit_order_gtc_buy("sdk-4", PRODUCT, "900", "64000").to_dict()
    found["cancelled"] = client.cancel_orders([resting["success_response"]["order_id"], "nobody"]).to_dict()
    found["last_update"] = _until(updates, "CANCELLED")[-1]

    found["orders"] = _every_page(client)
    found["fills"] = client.get_fills(order_ids=[found["placed"]["success_response"]["order_id"]]).to_dict()
    found["accounts"] = client.get_accounts().to_dict()
    found["fees"] = client.get_transaction_summary().to_dict()
    user.close()
    found["messages"] = _watching(told["market_socket"], key)
    return found


def _looked_round(client: RESTClient) -> dict[str, Any]:
    """Market data, by the paths for everybody and by those for a key."""
    now_s = int(time.time())
    window = {"start": str(now_s - 3600), "end": str(now_s), "granularity": "FIVE_MINUTE"}
    found = {
        "time": client.get_unix_time(),
        "products": client.get_products(),
        "public_products": client.get_public_products(),
        "product": client.get_product(PRODUCT),
        "public_product": client.get_public_product(PRODUCT),
        "book": client.get_product_book(PRODUCT, limit=3),
        "public_book": client.get_public_product_book(PRODUCT, limit=3),
        "best": client.get_best_bid_ask([PRODUCT]),
        "candles": client.get_candles(PRODUCT, **window),
        "public_candles": client.get_public_candles(PRODUCT, **window),
        "trades": client.get_market_trades(PRODUCT, limit=5),
        "public_trades": client.get_public_market_trades(PRODUCT, limit=5),
        "preview": client.preview_limit_order_gtc_buy(PRODUCT, "0.01", "64000"),
    }
    return {name: answer.to_dict() for name, answer in found.items()}


def _every_page(client: RESTClient) -> list[dict[str, Any]]:
    """All orders, one a page."""
    rows, cursor = [], None
    while True:
        page = client.list_orders(limit=1, cursor=cursor).to_dict()
        rows += page["orders"]
        if not page["has_next"]:
            return rows
        cursor = page["cursor"]


def _listening(kind: type, address: str, key: dict[str, str]) -> tuple[queue.Queue[dict[str, Any]], Any]:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    return heard, kind(**key, base_url=address, on_message=lambda said: heard.put(_understood(said)), retry=False)


def _understood(said: str) -> dict[str, Any]:
    """As the SDK's own types have it, back as values."""
    response = WebsocketResponse(json.loads(said))
    return {"channel": response.channel, "sequence_num": response.sequence_num, **json.loads(said)}


def _until(updates: queue.Queue[dict[str, Any]], status: str) -> list[dict[str, Any]]:
    """Order rows up to the first of this status."""
    rows: list[dict[str, Any]] = []
    while not rows or rows[-1]["status"] != status:
        message = updates.get(timeout=WITHIN_S)
        if message["channel"] == "user":
            rows += [row for event in message["events"] for row in event["orders"]]
    return rows


def _watching(address: str, key: dict[str, str]) -> list[dict[str, Any]]:
    """Everything up to a heartbeat and a trade that came after the subscriptions."""
    heard, market = _listening(WSClient, address, key)
    market.open()
    market.subscribe([PRODUCT], list(CHANNELS))
    market.heartbeats()
    messages: list[dict[str, Any]] = []
    while not {"heartbeats", "market_trades"} <= {one["channel"] for one in messages[len(CHANNELS) * 2 :]}:
        messages.append(heard.get(timeout=WITHIN_S))
    market.close()
    return messages


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))  # noqa: T201 - a test reads it
