"""The seeded account's limits, trips, kill, arming and audit, as the contract has them. Feeds the browser tests."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.browser.seeded_market import MarketDay

if TYPE_CHECKING:
    from tests.browser.seeded_account import Who

Document = dict[str, Any]

POLICY: Document = {
    "notional_max_pct": 10, "notional_max": None, "notional_min": 1000, "at_risk_max_pct": 60, "leverage_max": 1,
    "positions_max": 8, "symbol_exposure_max_pct": 100, "bot_exposure_max_pct": 100, "trades_day_max": None,
    "orders_per_second_max": 4, "orders_per_minute_max": 120, "cooldown_min_s": None, "temperature_min": "FROZEN",
    "symbols_allowed": [], "no_entry": [], "quote_age_max_s": 30, "spread_max_bps": 50, "slippage_max_bps": 50,
    "day_loss_max_pct": 3, "day_loss_max": None, "week_loss_max_pct": 7, "drawdown_max_pct": 10,
    "losses_in_a_row_max": 5, "rejects_max": 5, "feed_lost_s": 60,
}  # fmt: skip

BOT_AS_WRITTEN: Document = {
    "bot_id": "bot-tech", "desired": "running", "exits.stop_pct": "1", "exits.target_pct": "1.5", "name": "Tech pair",
    "sizing.kind": "equity_pct", "sizing.value": "5", "symbols": "INFY, TCS", "timeframe": "5m",
}  # fmt: skip


def trips(day: MarketDay) -> list[Document]:
    """A day stop and a reject storm."""
    return [
        {"kind": "daily_stop", "at": day.at(13, 31, 4), "found": -4.0, "limit": -3.0, "lifted_by": "the next session",
         "detail": "Daily stop: -4.00 % today (-40,012.55), limit -3.00 %; the next session lifts it"},
        {"kind": "reject_storm", "at": day.at(13, 20, 31), "found": 5, "limit": 5, "lifted_by": "a person",
         "detail": "Reject storm: 5 orders rejected within 60 s, limit 5; a person's resume lifts it"},
    ]  # fmt: skip


def tripped(day: MarketDay) -> Document:
    """The account's fields after both."""
    return {
        "trading_state": "REDUCING", "halted_reason": "Daily stop: -4.00 % today, limit -3.00 %", "trips": trips(day),
        "equity": 959_987.45, "losses_in_a_row": 4,
    }  # fmt: skip


def _item(subject: str, state: str, detail: str) -> Document:
    return {"subject": subject, "state": state, "tries": 5 if state == "failed" else 0, "detail": detail}


def _step(name: str, state: str, done: int, total: int, detail: str, items: list[Document] | None = None) -> Document:
    failed = sum(item["state"] == "failed" for item in items or [])
    return {"step": name, "state": state, "total": total, "done": done, "failed": failed, "detail": detail,
            "items": items or [], "at": None}  # fmt: skip


def kill(who: "Who", *, failed: bool = False, done: bool = False) -> Document:
    """A kill of twenty orders and ten positions, under way, stuck at one order, or done."""
    stuck = "BUY 12 HDFCBANK of bot-banks: the broker refused to cancel it 5 times. Cancel it at the broker"
    open_ones = [("RELIANCE", "bot-energy", 35), ("INFY", "bot-tech", 31), ("SBIN", "bot-banks", 61)]
    waiting = [_item(f"{bot}_{symbol}", "waiting", f"{held} {symbol} of {bot}: its closing order is at work")
               for symbol, bot, held in open_ones]  # fmt: skip
    blocked = "No order that opens or adds to a position is sent; 3 bots held back"
    steps = [
        _step("entries_blocked", "done", 3, 3, blocked),
        _step("orders_cancelled", "failed" if failed else "done", 19 if failed else 20, 20,
              "19 of 20 orders are out; 1 refused by the broker, see there" if failed else "20 of 20 orders are out",
              [_item("order-1", "failed", stuck)] if failed else []),
        _step("positions_flattened", "done" if done else "running", 10 if done else 7, 10,
              f"{10 if done else 7} of 10 positions are closed", [] if done else waiting),
    ]  # fmt: skip
    return {
        "state": "done" if done else "running", "at": who.written_at,
        "asked_at": who.written_at - timedelta(seconds=6), "switch": False, "by": who.user_id,
        "reason": "Stopped from the dashboard", "flatten": True, "steps": steps,
    }  # fmt: skip


def live(who: "Who", *, armed: bool) -> tuple[Document, Document]:
    """Fields of the account and of its controls: armed and live, or dry with its reasons."""
    reasons = [] if armed else ["Not armed", "The store missed two checks in a row, the last at 13:41:58"]
    until = who.written_at + timedelta(hours=2, minutes=17)
    account = {"mode": "live", "effective_mode": "live" if armed else "dry", "mode_reasons": reasons,
               "name": "Rehearsal"}  # fmt: skip
    controls = {
        **who.owned(), "mode": "live", "generation": 4, "halted": False,
        "armed": {"until": until, "by": who.user_id, "at": who.written_at} if armed else None,
    }  # fmt: skip
    return account, controls


def audit_page(who: "Who", day: MarketDay) -> Document:
    """What GET /audit answers: newest first."""
    rows = [
        ("order_filled", "broker", "order-SBIN-in", {"filled": 0}, {"filled": 61, "average_price": 812.4}),
        ("order_sent", "bot-banks", "order-SBIN-in", "created", "sent"),
        ("policy_changed", who.user_id, "paper-demo", {"at_risk_max_pct": 15, "positions_max": 10},
         {"at_risk_max_pct": 60, "positions_max": 8}),
        ("halted", "engine", "paper-demo", "ACTIVE", "HALTED: Daily stop: -4.00 % today, limit -3.00 %"),
        ("bot_changed", who.user_id, "bot-tech", {}, BOT_AS_WRITTEN),
        ("chain_begun", "engine", "paper-demo", None, None),
    ]  # fmt: skip
    items = []
    for back, (action, actor, subject, before, after) in enumerate(rows):
        number = 1304 - back
        items.append({
            "number": number, "at": (day.market_at - timedelta(minutes=7 * back)).isoformat(), "actor": actor,
            "action": action, "subject": subject, "before": before, "after": after, "hash": f"{number:08x}" * 8,
            "previous_hash": f"{number - 1:08x}" * 8,
        })  # fmt: skip
    return {"items": items, "cursor": None}
