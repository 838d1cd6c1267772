"""The unmodified SDK and nothing of ours, in a process of its own. Fed addresses by a test; prints what it understood.

The SDK asks an address service for the machine's address when it is imported; HTTPS_PROXY of this process leads that
nowhere. It writes a log folder where it runs. Both sockets are told where to go as its class attributes allow.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from typing import Any

import pyotp
from SmartApi.smartConnect import SmartConnect
from SmartApi.smartWebSocketOrderUpdate import SmartWebSocketOrderUpdate
from SmartApi.smartWebSocketV2 import SmartWebSocketV2

WITHIN_S = 60.0
ORDER = {
    "variety": "NORMAL", "tradingsymbol": "SBIN-EQ", "symboltoken": "3045", "transactiontype": "BUY",
    "exchange": "NSE", "ordertype": "LIMIT", "producttype": "INTRADAY", "duration": "DAY", "price": "821.00",
    "quantity": "10", "ordertag": "L0A1B2C3D4E5F6G7H8I",
}  # fmt: skip
TOKENS = {SmartWebSocketV2.LTP_MODE: "3045", SmartWebSocketV2.QUOTE: "2885", SmartWebSocketV2.SNAP_QUOTE: "1594"}


def main(told: dict[str, str], at: float) -> dict[str, Any]:
    """One short day: log in, listen, order, read every book, watch three modes, log out."""
    client = type("Client", (SmartConnect,), {"_rootUrl": told["root"]})(told["api_key"], root=told["root"])
    login = client.generateSession(told["client_code"], told["pin"], pyotp.TOTP(told["totp_secret"]).at(at))
    keys = (login["data"]["jwtToken"], told["api_key"], told["client_code"], client.getfeedToken())
    found: dict[str, Any] = {"login": login["data"]["clientcode"]}

    updates = _listening(told["order_socket"], keys)
    found["greeting"] = updates.get(timeout=WITHIN_S)
    found["placed"] = client.placeOrderFullResponse(dict(ORDER))
    found["updates"] = _until(updates, "complete")
    resting = client.placeOrder({**ORDER, "price": "800.00", "ordertag": "L1"})
    _until(updates, "open")
    moved = {**ORDER, "orderid": resting, "price": "799.00", "quantity": "5"}
    found["modified"] = client.modifyOrder(moved)
    _until(updates, "modified")
    _until(updates, "open")
    found["cancelled"] = client.cancelOrder(resting, "NORMAL")
    found["last_update"] = _until(updates, "cancelled")[-1]

    found["order_book"], found["trade_book"] = client.orderBook(), client.tradeBook()
    found["positions"], found["funds"] = client.position(), client.rmsLimit()
    found["holdings"], found["all_holdings"] = client.holding(), client.allholding()
    found["details"] = client.individual_order_details(found["placed"]["data"]["uniqueorderid"])
    found["last_price"] = client.ltpData("NSE", "SBIN-EQ", "3045")
    found["quote"] = client.getMarketData("FULL", {"NSE": ["3045", "1"]})
    found["candles"] = client.getCandleData(
        {
            "exchange": "NSE",
            "symboltoken": "3045",
            "interval": "FIVE_MINUTE",
            "fromdate": "2026-11-23 09:15",
            "todate": "2026-11-23 10:00",
        }
    )
    found["found"] = client.searchScrip("NSE", "SBIN")
    found["frames"] = _watching(told["market_socket"], keys)
    found["refreshed"] = client.generateToken(client.refresh_token)["status"]
    found["logged_out"] = client.terminateSession(told["client_code"])["status"]
    return found


def _listening(address: str, keys: tuple[str, ...]) -> queue.Queue[dict[str, Any]]:
    updates: queue.Queue[dict[str, Any]] = queue.Queue()
    socket = type("Updates", (SmartWebSocketOrderUpdate,), {"WEBSOCKET_URI": address})(*keys)
    socket.on_message = lambda wire, message: updates.put(json.loads(message))
    threading.Thread(target=socket.connect, daemon=True).start()
    return updates


def _until(updates: queue.Queue[dict[str, Any]], status: str) -> list[dict[str, Any]]:
    """Messages up to the first of this status."""
    heard = [updates.get(timeout=WITHIN_S)]
    while heard[-1]["orderData"]["status"] != status:
        heard.append(updates.get(timeout=WITHIN_S))
    return heard


def _watching(address: str, keys: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The first frame of each mode, as the SDK parses it."""
    frames: queue.Queue[dict[str, Any]] = queue.Queue()
    socket = type("Frames", (SmartWebSocketV2,), {"ROOT_URI": address})(*keys, max_retry_attempt=0)
    socket.on_error = lambda *words: None
    socket.on_data = lambda wire, parsed: frames.put(parsed)
    socket.on_open = lambda wire: [
        socket.subscribe("abcde12345", mode, [{"exchangeType": 1, "tokens": [token]}]) for mode, token in TOKENS.items()
    ]
    threading.Thread(target=socket.connect, daemon=True).start()
    seen: dict[str, dict[str, Any]] = {}
    while len(seen) < len(TOKENS):
        parsed = frames.get(timeout=WITHIN_S)
        seen.setdefault(str(parsed["subscription_mode"]), parsed)
    return seen


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps(main(asked["told"], asked["at"])))  # noqa: T201 - a test reads it
