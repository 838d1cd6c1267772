"""Broker keys as the API tells of them, and checks before the open as engines write them. Feeds the browser tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.browser.seeded_account import Document, Who

SET = {"broker": "angelone", "set": True, "client_ending": "…56", "set_at": "2026-11-20T03:12:00Z", "test": None}
NOT_SET = {"broker": "angelone", "set": False, "client_ending": None, "set_at": None, "test": None}
GREEN = (
    ("connection", "the broker answers in 48 ms"),
    ("instruments", "today's list knows all 3 of the bots' symbols"),
    ("calendar", "open today, 09:15 to 15:30 in India"),
    ("login", "client …56 is logged in, until 00:00 in India"),
    ("profile", "NSE shares may be traded, intraday (MIS)"),
    ("funds", "210,450.75 rupees to trade with, 210,450.75 rupees of it cash"),
    ("clock", "this machine's clock is within 3 s of the broker's"),
    ("quotes", "a quote of each symbol came; the exchange is closed"),
    ("price_bands", "each symbol has the price band of the day"),
    ("order_books", "the books agree: 0 orders today (0 working), 0 fills, 0 positions"),
)
AMBER = (
    "candles", "SBIN has 361 of 375 one-minute candles of 2026-11-19",
    "Warm-up would be thin: bots begin late. Check again; if it stays, download elsewhere.",
)  # fmt: skip
RED = (
    "egress_address", "orders would leave from 198.51.100.9; registered is 203.0.113.7",
    "Let the service use the registered address, or register this one at the broker (once a week at most).",
)  # fmt: skip


def examination(who: Who, state: str = "done", *, grade: str | None = "red", command_id: str = "c1") -> Document:
    """A check; `grade` says which lines it has beside the green ones."""
    lines: list[dict[str, Any]] = [{"name": name, "grade": "green", "says": says, "do": ""} for name, says in GREEN]
    if grade in ("amber", "red"):
        lines.append({"name": AMBER[0], "grade": "amber", "says": AMBER[1], "do": AMBER[2]})
    if grade == "red":
        lines.insert(1, {"name": RED[0], "grade": "red", "says": RED[1], "do": RED[2]})
    if state == "running":
        lines, grade = lines[:4], None
    began_at = who.written_at - timedelta(seconds=9)
    return {
        **who.owned(5), "broker": "angelone", "command_id": command_id, "state": state, "began_at": began_at,
        "ended_at": None if state == "running" else who.written_at, "grade": grade, "failed": None, "findings": lines,
    }  # fmt: skip


def at_angel_one(who: Who) -> Document:
    """What makes the seeded account one at the broker, before the open."""
    session = {"day": "2026-11-20", "open_at": who.written_at + timedelta(hours=1),
               "close_at": who.written_at + timedelta(hours=7), "entry_from": who.written_at + timedelta(hours=1),
               "entry_until": who.written_at + timedelta(hours=6), "flatten_at": None}  # fmt: skip
    clock = {"speed": 1, "simulated": False, "finished": False}
    return {"market": "angelone", "market_at": who.written_at, "session": session, "clock": clock, "name": "Angel One"}
