"""A plausible account as docs/contract/documents.md has it, written into Firestore. Feeds the browser tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.browser import seeded_facts
from tests.browser.seeded_market import TIMEFRAME_MIN, MarketDay, market_day
from tests.browser.seeded_risk import POLICY

if TYPE_CHECKING:
    from google.cloud.firestore import Client

Document = dict[str, Any]
CASH, START = 842_310.45, 1_000_000.0
ALIVE_FOR = timedelta(minutes=5)  # nobody goes on writing, and a busy machine may take long to show it


@dataclass(frozen=True)
class Seeded:
    """A written account, and how to go on writing as its engine would."""

    client: "Client"
    who: "Who"
    day: MarketDay

    def move(self, **prices: float) -> None:
        """Write newer prices; the market moved on by a second."""
        now = datetime.now(UTC)
        fresh = Who(self.who.user_id, self.who.account_id, now)
        self.client.document(f"quotes/{self.who.account_id}").set(quotes(fresh, self.day, prices))

    def change(self, path: str, **fields: object) -> None:
        """Write some fields of a document."""
        self.client.document(path).update(dict(fields))


@dataclass(frozen=True)
class Who:
    """Whose documents: the user, their account, and what every document of it carries."""

    user_id: str
    account_id: str
    written_at: datetime

    def owned(self, sequence: int = 1) -> Document:
        """The fields every document has."""
        return {
            "user_id": self.user_id, "account_id": self.account_id, "mode": "paper", "updated_at": self.written_at,
            "sequence": sequence,
        }  # fmt: skip


def seed_account(client: "Client", user_id: str, account_id: str, *, name: str = "Demo") -> Seeded:
    """Write the whole account, as if the engine had just written it."""
    now = datetime.now(UTC)
    who = Who(user_id, account_id, now)
    day = market_day(datetime(2026, 11, 20, 13, 42, 9, tzinfo=UTC) - timedelta(hours=5, minutes=30))
    documents: dict[str, Document] = {
        f"accounts/{account_id}": account(who, day, name),
        f"risk_policies/{account_id}": {**who.owned(), **POLICY, "preset": "balanced"},
        f"equity_days/{account_id}_{day.market_at:%Y%m%d}": {**who.owned(), "day": f"{day.market_at:%Y%m%d}",
                                                             "points": equity_points(day)},
        f"quotes/{account_id}": quotes(who, day),
        **profits(who),
        **bars(who, day),
        **seeded_facts.documents(who, day),
    }  # fmt: skip
    batch = client.batch()
    for path, document in documents.items():
        batch.set(client.document(path), document)
    batch.commit()
    return Seeded(client, who, day)


def account(who: Who, day: MarketDay, name: str) -> Document:
    """The account's own document: everything in step, engine alive."""
    unrealized = sum((day.price(s) - p["entry_price"]) * p["quantity"] for s, p in seeded_facts.holdings(day).items())
    return {
        **who.owned(900), "name": name, "market": "demo", "currency": "INR", "cash": CASH,
        "equity": round(START + 1_862.4 + unrealized, 2), "start_equity_day": START,
        "start_equity_week": START - 6_400.0, "realized_pnl_day": 2_340.15,
        "unrealized_pnl": round(unrealized, 2), "charges_day": 477.75, "pnl_pct_day": 0.3, "pnl_pct_week": 0.9,
        "high_water_mark": START + 9_410.2, "drawdown_pct": 0.31, "trading_state": "ACTIVE", "halted_reason": None,
        "effective_mode": "paper", "policy_in_force": POLICY, "trips": [], "kill": None, "market_at": day.market_at,
        "session": {"day": f"{day.market_at:%Y-%m-%d}", "open_at": day.open_at, "close_at": day.at(15, 30),
                    "entry_from": day.at(9, 20), "entry_until": day.at(14, 45), "flatten_at": day.at(14, 55)},
        "clock": {"speed": 10, "simulated": True, "finished": False},
        "truth": {"state": "in_step", "checked_at": who.written_at, "differences": []},
        "engine": {"instance": "local-1", "epoch": 4, "heartbeat_at": who.written_at + ALIVE_FOR},
        "write_queue": {"depth": 0, "oldest_age_s": 0, "dead_letters": 0},
        "feed": {"state": "live", "last_tick_at": who.written_at + ALIVE_FOR, "ticks": 48_210, "dropped": {}},
        "broker": {"state": "connected", "until": None},
    }  # fmt: skip


def quotes(who: Who, day: MarketDay, prices: dict[str, float] | None = None) -> Document:
    """The newest prices, all of this market second."""
    now = {symbol: day.price(symbol) for symbol in day.bars} | (prices or {})
    symbols = {
        s: {"price": p, "at": day.market_at, "change_pct": 100 * (p / day.bars[s][0].o - 1)} for s, p in now.items()
    }
    return {**who.owned(901), "symbols": symbols, "market_at": day.market_at}


def equity_points(day: MarketDay) -> list[Document]:
    """A point a market minute: the start, then the first symbol's walk in small."""
    points = []
    for symbol_bars in zip(*day.bars.values(), strict=True):
        moved = sum(bar.c / bars[0].o - 1 for bar, bars in zip(symbol_bars, day.bars.values(), strict=True))
        points.append({"at": symbol_bars[0].close_at, "equity": round(START + 180_000 * moved, 2)})
    return [{"at": day.open_at, "equity": START}, *points]


def profits(who: Who) -> dict[str, Document]:
    """The four roll-ups."""
    rows = {"day": (2_340.15, 477.75, 5, 3), "week": (9_120.4, 1_903.1, 22, 13),
            "month": (-1_204.6, 6_311.25, 71, 33), "all": (18_402.0, 14_880.35, 164, 88)}  # fmt: skip
    return {
        f"profits/{who.account_id}_{period}": {
            **who.owned(), "period": period, "period_start": "2026-11-20", "gross_pnl": gross,
            "charges": charges, "net_pnl": round(gross - charges, 2), "trades": trades, "wins": wins,
            "losses": trades - wins, "break_even": 0, "gross_profit": gross + 900, "gross_loss": 900, "bots": {},
        }
        for period, (gross, charges, trades, wins) in rows.items()
    }  # fmt: skip


def bars(who: Who, day: MarketDay) -> dict[str, Document]:
    """One document a symbol: the day's closed bars, keyed by their open."""
    return {
        f"bars/{who.account_id}_{symbol}_{TIMEFRAME_MIN}m_{day.market_at:%Y%m%d}": {
            **who.owned(), "symbol": symbol, "timeframe": f"{TIMEFRAME_MIN}m", "day": f"{day.market_at:%Y%m%d}",
            "bars": {f"{b.open_at:%H%M}": {"at": b.open_at, "o": b.o, "h": b.h, "l": b.low, "c": b.c, "v": b.volume}
                     for b in rows},
        }
        for symbol, rows in day.bars.items()
    }  # fmt: skip
