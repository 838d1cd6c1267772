"""A small world for the API's tests: a clock, known tokens, a snapshot, and the documents of two people. Fed by nobody;
feeds conftest. Every part is a twin of a port: it behaves, it is not told what to say call by call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.domain.errors import OutcomeUnknown, Unauthenticated
from engine.ports import Fields, Identity, Transaction

START = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
BARS_AT = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ASHA, BELA, CARL = "uid-asha", "uid-bela", "uid-carl"  # two owners of an account each, and one of none
ASHAS, BELAS = "paper-demo", "paper-bela"


class HandClock:
    """Time that passes only when somebody waits, or when a test says so."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.on_wait: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def monotonic(self) -> float:
        return self.elapsed_s

    def wait(self, seconds: float) -> None:
        self.elapsed_s += seconds
        self.on_wait()


class KnownTokens:
    """Knows `token-<uid>`; remembers when revocation was asked for. `down` is certificates that can't be had,
    `identity_away` an identity service that does not answer.
    """

    def __init__(self) -> None:
        self.down = False
        self.identity_away = False
        self.checked_for_revocation: list[bool] = []

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        self.checked_for_revocation.append(check_revoked)
        if self.down or (check_revoked and self.identity_away):
            raise OutcomeUnknown("away")
        if token == "token-expired":
            raise Unauthenticated("The token has expired.")
        if not token.startswith("token-uid-"):
            raise Unauthenticated("The token is malformed: it is not a Firebase ID token.")
        return Identity(token.removeprefix("token-"), None, START)


class HeldSnapshot:
    """A snapshot store that holds what a test puts in."""

    def __init__(self) -> None:
        self.held: Fields | None = None

    def write(self, snapshot: Any) -> None:
        self.held = dict(snapshot)

    def read(self) -> Fields | None:
        return self.held


def documents_on(wire: MemoryWire, clock: HandClock) -> FirestoreDocuments:
    """The production reader on the in-memory Firestore."""
    return FirestoreDocuments(wire, clock, lambda: 0.5)


def snapshot_of(uid: str, account_id: str, written_at: datetime) -> Fields:
    """What the engine writes for one account, with one position and one running bot."""
    account = {key: _json(value) for key, value in account_fields(uid, account_id).items()}
    position = {key: _json(value) for key, value in position_fields(uid, account_id, "drift").items()}
    return {
        "written_at": _json(written_at),
        "started_at": _json(START),
        "accounts": {
            account_id: {
                "user_id": uid,
                "account": {**account, "equity": 1_000_500.0},
                "positions": [{**position, "current_price": 111.0}],
                "bots": {"drift": {"observed_generation": 1, "status": status_fields("running")}},
                "profits": {"day": {**profit_fields(uid, account_id, "day"), "net_pnl": 77.0, "updated_at": None}},
                "instruments": instruments(),
                "queue": {
                    "depth": 3, "oldest_age_s": 0.5, "dead_letters": 2, "delivered": 90, "attempts": 91,
                    "store_state": "degraded", "parked": 1, "delivered_per_s": 2.5, "journal_state": "writing",
                    "journal_detail": "",
                },
                "signals_total": 12, "signals_failed": 1, "last_signal_at": _json(BARS_AT),
            }
        },
    }  # fmt: skip


def instruments() -> list[Fields]:
    """What the market carries: two stocks and an index that is only watched."""
    rows = (("INFY", "Infosys", True), ("TCS", "Tata Consultancy", True), ("NIFTY50", "Nifty 50", False))
    return [
        {"symbol": symbol, "venue": "NSE", "currency": "INR", "tradable": tradable, "name": name, "tick_size": 0.05,
         "lot_size": 1.0}
        for symbol, name, tradable in rows
    ]  # fmt: skip


def account_fields(uid: str, account_id: str) -> Fields:
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "sequence": 9, "updated_at": START,
        "name": "Practice", "market": "demo", "currency": "INR", "cash": 900_000.0, "equity": 1_000_000.0,
        "realized_pnl_day": 10.0, "unrealized_pnl": 5.0, "charges_day": 2.0, "pnl_pct_day": 0.1,
        "drawdown_pct": 0.0, "trading_state": "ACTIVE", "halted_reason": None, "effective_mode": "paper",
        "market_at": BARS_AT, "session": {"day": "2026-03-02"}, "feed": {"state": "live", "last_tick_at": START},
        "write_queue": {"depth": 1, "oldest_age_s": 0.1, "dead_letters": 0},
    }  # fmt: skip


def status_fields(state: str) -> Fields:
    return {
        "state": state, "temperature": "WARM", "score": 44.0, "symbol": "INFY",
        "readiness": {"can_trade": True, "blocking_reason": None, "blocking_detail": None},
        "countdown": {"kind": "bar_close", "until": None}, "last_evaluated_at": None, "symbols": {},
    }  # fmt: skip


def bot_fields(uid: str, account_id: str) -> Fields:
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "name": "Drift", "strategy": "confluence",
        "parameters": {"confirm_s": 300}, "symbols": ["INFY"], "timeframe": "1m",
        "sizing": {"kind": "equity_pct", "value": 5.0}, "exits": {"stop_pct": 1.0, "target_pct": None},
        "desired": "running", "generation": 1, "created_at": START, "deleted": False,
        "status": status_fields("running"),
    }  # fmt: skip


def position_fields(uid: str, account_id: str, bot_id: str) -> Fields:
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "bot_id": bot_id, "symbol": "INFY",
        "quantity": 10.0, "entry_price": 100.0, "current_price": 101.0, "pnl": 10.0, "pnl_percent": 1.0,
        "realized_pnl": 0.0, "charges": 1.0, "state": "OPEN", "stop_price": 99.0, "target_price": None,
        "entry_time": BARS_AT,
    }  # fmt: skip


def difference_fields(uid: str, account_id: str, **more: Any) -> Fields:
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "kind": "quantity_mismatch", "subject": "INFY",
        "symbol": "INFY", "order_id": None, "venue_order_id": None, "venue_state": None, "quantity": -4.0,
        "price": 100.5, "ours": "10 held", "theirs": "6 held", "state": "open", "at": BARS_AT, "found_at": START,
        "resolved_at": None, "resolved_by": None, "result": None, **more,
    }  # fmt: skip


def profit_fields(uid: str, account_id: str, period: str) -> Fields:
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "period": period, "period_start": "2026-03-02",
        "gross_pnl": 60.0, "charges": 12.0, "net_pnl": 48.0, "trades": 4, "wins": 2, "losses": 1, "break_even": 1,
        "gross_profit": 90.0, "gross_loss": -30.0,
        "bots": {"drift": {"gross_pnl": 60.0, "charges": 12.0, "net_pnl": 48.0, "trades": 4, "wins": 2, "losses": 1}},
    }  # fmt: skip


def put(documents: FirestoreDocuments, account_id: str, *rows: tuple[str, str, Fields]) -> None:
    """Write documents as they are, in one change."""

    def work(transaction: Transaction) -> Fields:
        for collection, document_id, fields in rows:
            transaction.create(collection, document_id, fields)
        return {}

    documents.change(account_id, work)


def furnish(documents: FirestoreDocuments, uid: str, account_id: str, mark: str) -> None:
    """Give a user an account with one document of every kind; `mark` ends the ids that must not collide."""
    own: Fields = {"user_id": uid, "account_id": account_id, "mode": "paper"}
    traded = {**own, "bot_id": f"drift{mark}", "symbol": "INFY"}
    bar = {"at": BARS_AT, "o": 100.0, "h": 102.0, "l": 99.0, "c": 101.0, "v": 500.0}
    verdict = {"at": BARS_AT, "score": 12.5, "rsi": 0.1, "ma": 0.2, "macd": 0.1, "verdict": "quiet", "detail": "calm"}
    put(
        documents, account_id,
        ("users", uid, {"user_id": uid, "accounts": [account_id], "created_at": START}),
        ("accounts", account_id, account_fields(uid, account_id)),
        ("bots", f"drift{mark}", bot_fields(uid, account_id)),
        ("open_positions", f"drift{mark}_INFY", position_fields(uid, account_id, f"drift{mark}")),
        ("orders", f"ORDER{mark}", {**traded, **_order("accepted")}),
        ("orders", f"FILLED{mark}", {**traded, **_order("filled"), "created_at": START - timedelta(minutes=1)}),
        ("fills", f"FILL{mark}", {**traded, "order_id": f"FILLED{mark}", "venue_fill_id": "1", "side": "BUY",
            "quantity": 10.0, "price": 100.0, "charges": 1.0, "charge_lines": {"stt": 1.0}, "filled_at": BARS_AT}),
        ("closed_trades", f"TRADE{mark}", {**traded, "side": "LONG", "quantity": 10.0, "entry_at": BARS_AT,
            "entry_price": 100.0, "exit_at": START, "exit_price": 104.8, "gross_pnl": 48.0, "charges": 2.0,
            "net_pnl": 46.0, "exit_reason": "signal", "fill_ids": [f"FILL{mark}"]}),
        ("trading_signals", f"SIGNAL{mark}", {**traded, "strategy": "confluence", "timeframe": "1m", "type": "BUY",
            "price": 100.0, "score": 66.0, "confidence": 0.66, "reasons": ["RSI 64"], "bar_at": BARS_AT,
            "confirmed_at": BARS_AT, "timestamp": BARS_AT, "outcome": "ordered", "blocking_reason": None,
            "blocking_detail": None, "order_id": f"FILLED{mark}"}),
        ("alerts", f"ALERT{mark}", {**own, "severity": "warning", "kind": "feed", "text": "late", "at": START}),
        ("dead_letters", f"DEAD{mark}", {**own, "collection": "fills", "document_id": "X", "error": "too long",
            "attempts": 1, "first_at": START, "payload_bytes": 12}),
        ("differences", f"DIFF{mark}", difference_fields(uid, account_id)),
        ("audit_log", f"AUDIT{mark}", audit_fields(uid, account_id)),
        ("profits", f"{account_id}_all", profit_fields(uid, account_id, "all")),
        ("equity_days", f"{account_id}_20260302", {**own, "day": "2026-03-02",
            "points": [{"at": BARS_AT, "equity": 1_000_000.0}]}),
        ("bars", f"{account_id}_INFY_1m_20260302", {**own, "symbol": "INFY", "timeframe": "1m", "day": "2026-03-02",
            "bars": {"1030": bar, "1031": {**bar, "at": BARS_AT + timedelta(minutes=1)}}}),
        ("decisions", f"drift{mark}_20260302_10", {**own, "bot_id": f"drift{mark}", "day": "2026-03-02", "hour": "10",
            "bars": {"INFY_1030": verdict, "INFY_1031": {**verdict, "at": BARS_AT + timedelta(minutes=1)}}}),
    )  # fmt: skip


def audit_fields(uid: str, account_id: str, **changes: Any) -> Fields:
    """An entry of the audit log."""
    return {
        "user_id": uid, "account_id": account_id, "mode": "paper", "updated_at": START, "sequence": 1, "number": 1,
        "actor": "engine", "action": "order_sent", "subject": "ORDER", "before": {}, "after": {"state": "sent"},
        "at": START, "previous_hash": "", "hash": "AUDIT", **changes,
    }  # fmt: skip


def _order(state: str) -> Fields:
    return {
        "signal_id": None, "side": "BUY", "order_type": "MARKET", "quantity": 10.0, "limit_price": None,
        "state": state, "filled_quantity": 0.0, "average_price": None, "venue_order_id": None, "reason": None,
        "purpose": "entry", "exit_reason": None, "history": [], "created_at": START,
    }  # fmt: skip


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return {key: _json(item) for key, item in value.items()} if isinstance(value, dict) else value
