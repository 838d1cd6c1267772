"""What the seeded account's bots are and did, from signals to closed trades. Feeds seeded_account.py."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.browser.seeded_market import Bar, MarketDay

if TYPE_CHECKING:
    from tests.browser.seeded_account import Who

Document = dict[str, Any]

BOTS = {
    "bot-energy": ("Energy swing", ["RELIANCE"]),
    "bot-tech": ("Tech pair", ["INFY", "TCS"]),
    "bot-banks": ("Banks, confirmed slowly", ["SBIN", "HDFCBANK"]),
}
HELD = {"RELIANCE": ("bot-energy", 35, 10), "INFY": ("bot-tech", 31, 22), "SBIN": ("bot-banks", 61, 30)}


def documents(who: "Who", day: MarketDay) -> dict[str, Document]:
    """All of them, by path."""
    return {**bots(who, day), **positions(who, day), **signals(who, day), **orders(who, day), **fills(who, day),
            **trades(who, day), **alerts(who, day), **decisions(who, day)}  # fmt: skip


def temperature(score: float) -> str:
    """The contract's thresholds."""
    size = abs(score)
    return "FROZEN" if size < 20 else "COOL" if size < 40 else "WARM" if size < 60 else "HOT"


def bots(who: "Who", day: MarketDay) -> dict[str, Document]:
    """Three bots: one that can trade, one cooling down, one paused."""
    readiness = [
        {"can_trade": True, "blocking_reason": None, "blocking_detail": "RELIANCE: score inside ±60, no candidate"},
        {
            "can_trade": False,
            "blocking_reason": "cooldown",
            "blocking_detail": "INFY: 15 min from the fill at 13:35:01",
        },
        {"can_trade": False, "blocking_reason": "paused", "blocking_detail": "Exits go on"},
    ]
    found = {}
    for number, (bot_id, (name, symbols)) in enumerate(BOTS.items()):
        strongest = max(symbols, key=lambda s: abs(day.bars[s][-1].score))
        score = day.bars[strongest][-1].score
        state = "paused" if number == 2 else "running"
        kind, until = ("cooldown", day.at(13, 50, 1)) if number == 1 else ("bar_close", day.at(13, 45))
        found[f"bots/{bot_id}"] = {
            **who.owned(800 + number), "name": name, "strategy": "confluence", "symbols": symbols, "timeframe": "5m",
            "parameters": {"buy_at": 60, "sell_at": 60, "confirm_s": 300, "cooldown_s": 900},
            "sizing": {"kind": "equity_pct", "value": 5},
            "exits": {"stop_pct": 1.0, "target_pct": 1.5 if number else None},
            "desired": state, "generation": 1, "observed_generation": 1, "created_at": day.open_at, "deleted": False,
            "status": {
                "state": state, "temperature": temperature(score), "score": score, "symbol": strongest,
                "readiness": readiness[number], "countdown": {"kind": kind, "until": until},
                "last_evaluated_at": day.bars[strongest][-1].close_at, "symbols": {}, "signals_today": 3 - number,
                "orders_today": 2, "trades_today": number, "realized_pnl_day": [0.0, 1_480.35, 859.8][number],
                "charges_day": [96.2, 240.4, 141.15][number],
            },
        }  # fmt: skip
    return found


def holdings(day: MarketDay) -> dict[str, Document]:
    """Quantity and entry of what is held, by symbol; entered at the close of an earlier bar."""
    return {
        symbol: {"bot_id": bot_id, "quantity": quantity, "entry_price": day.bars[symbol][bar].c,
                 "entry_time": day.bars[symbol][bar].close_at + timedelta(seconds=1)}
        for symbol, (bot_id, quantity, bar) in HELD.items()
    }  # fmt: skip


def positions(who: "Who", day: MarketDay) -> dict[str, Document]:
    """What is held, with a stop and a target but for the first."""
    found = {}
    for number, (symbol, held) in enumerate(holdings(day).items()):
        entry, price = held["entry_price"], day.price(symbol)
        gross = (price - entry) * held["quantity"]
        found[f"open_positions/{held['bot_id']}_{symbol}"] = {
            **who.owned(700 + number), **held, "symbol": symbol, "side": "LONG", "current_price": price,
            "pnl": round(gross, 2), "pnl_percent": round(100 * (price / entry - 1), 2), "realized_pnl": 0.0,
            "charges": 24.6, "state": "OPEN", "stop_price": round(entry * 0.99, 2),
            "target_price": round(entry * 1.015, 2) if number else None, "fill_ids": [f"fill-{symbol}-in"],
            "tranches": [{"quantity": held["quantity"], "price": entry, "at": held["entry_time"], "at_risk_pct": 0.05}],
        }  # fmt: skip
    return found


def signals(who: "Who", day: MarketDay) -> dict[str, Document]:
    """One of each outcome, and one a holding."""
    rows = [("RELIANCE", "BUY", 10, "ordered", None, None), ("INFY", "BUY", 22, "ordered", None, None),
            ("SBIN", "BUY", 30, "ordered", None, None),
            ("TCS", "BUY", 40, "blocked", "cooldown", "Cooling down until 13:02:01"),
            ("HDFCBANK", "SELL", 44, "watch", None, None),
            ("TCS", "BUY", 47, "blocked", "notional", "Order of ₹54,080 over ₹50,000"),
            ("INFY", "SELL", 50, "ordered", None, None), ("RELIANCE", "BUY", 51, "expired", None, None)]  # fmt: skip
    bot_of = {symbol: bot_id for bot_id, (_, symbols) in BOTS.items() for symbol in symbols}
    found = {}
    for number, (symbol, side, index, outcome, code, detail) in enumerate(rows):
        bar = day.bars[symbol][index]
        score = 70.5 if side == "BUY" else -66.2
        found[f"trading_signals/signal-{number}"] = {
            **who.owned(300 + number), "bot_id": bot_of[symbol], "strategy": "confluence", "symbol": symbol,
            "timeframe": "5m", "type": side, "price": bar.c, "score": score, "confidence": abs(score) / 100,
            "reasons": [f"score held {score} for 5 min"], "bar_at": bar.open_at, "confirmed_at": bar.close_at,
            "timestamp": bar.close_at, "outcome": outcome, "blocking_reason": code, "blocking_detail": detail,
            "order_id": f"order-{symbol}-in" if outcome == "ordered" else None,
        }  # fmt: skip
    return found


def orders(who: "Who", day: MarketDay) -> dict[str, Document]:
    """A filled one a holding, one refused, one working, one rejected, one in doubt."""
    rows = [
        (s, h["bot_id"], "filled", h["quantity"], h["entry_price"], h["entry_time"], None)
        for s, h in holdings(day).items()
    ]
    rows += [("TCS", "bot-tech", "refused", 0, None, day.at(13, 15), "notional"),
             ("HDFCBANK", "bot-banks", "partially_filled", 12, day.price("HDFCBANK"), day.at(13, 30), None),
             ("INFY", "bot-tech", "rejected", 0, None, day.at(13, 34), "Price outside the venue's band"),
             ("SBIN", "bot-banks", "unknown", 0, None, day.at(13, 40), None)]  # fmt: skip
    return {
        f"orders/order-{symbol}-{state}": {
            **who.owned(400 + number), "bot_id": bot_id, "signal_id": None, "symbol": symbol, "side": "BUY",
            "order_type": "MARKET", "quantity": 35, "limit_price": None, "state": state, "filled_quantity": filled,
            "average_price": price, "venue_order_id": None, "reason": reason, "purpose": "entry", "exit_reason": None,
            "history": [{"state": "created", "at": at}], "created_at": at,
        }
        for number, (symbol, bot_id, state, filled, price, at, reason) in enumerate(rows)
    }  # fmt: skip


def fills(who: "Who", day: MarketDay) -> dict[str, Document]:
    """One a holding."""
    return {
        f"fills/fill-{symbol}-in": {
            **who.owned(500 + number), "order_id": f"order-{symbol}-filled", "venue_fill_id": f"v{number}",
            "bot_id": held["bot_id"], "symbol": symbol, "side": "BUY", "quantity": held["quantity"],
            "price": held["entry_price"], "charges": 24.6, "charge_lines": {"brokerage": 20.0, "exchange": 4.6},
            "filled_at": held["entry_time"],
        }
        for number, (symbol, held) in enumerate(holdings(day).items())
    }  # fmt: skip


def trades(who: "Who", day: MarketDay) -> dict[str, Document]:
    """Two closed ones, a gain and a loss."""
    rows = [("INFY", "bot-tech", 1_480.35, 51.2, "target"), ("HDFCBANK", "bot-banks", -312.4, 44.8, "stop")]
    return {
        f"closed_trades/trade-{number}": {
            **who.owned(600 + number), "bot_id": bot_id, "symbol": symbol, "side": "LONG", "quantity": 31,
            "entry_at": day.at(9, 40), "entry_price": 1570.0, "exit_at": day.at(11, 5 + number), "exit_price": 1617.75,
            "gross_pnl": gross, "charges": charges, "net_pnl": round(gross - charges, 2), "exit_reason": reason,
            "fill_ids": [],
        }
        for number, (symbol, bot_id, gross, charges, reason) in enumerate(rows)
    }  # fmt: skip


def alerts(who: "Who", day: MarketDay) -> dict[str, Document]:
    """Three to read, one of them of many causes and one that a channel did not take; one for information."""
    mailed = {"channel": "e-mail", "at": who.written_at, "failed": None}
    chat = {"channel": "Slack", "at": who.written_at, "failed": None}
    rows = [
        ("critical", "daily_stop", "Daily stop: -4.00 % today, limit -3.00 %; the next session lifts it",
         day.at(13, 31, 4), 1, [chat, mailed]),
        ("warning", "stale_quote", "SBIN price stale: no tick for 31 s, limit 30 s", day.at(12, 20), 38, [mailed]),
        ("critical", "unprotected", "RELIANCE: no stop rests at the broker; entries on it are closed",
         day.at(11, 2), 1, [{"channel": "Slack", "at": who.written_at, "failed": "HTTP 503 after 4 tries"}, mailed]),
        ("info", "recovered", "Engine started; books and venue agree", day.at(9, 14), 1, []),
    ]  # fmt: skip
    return {
        f"alerts/alert-{number}": {
            **who.owned(650 + number), "severity": severity, "kind": kind, "text": text, "at": at, "last_at": at,
            "count": count, "delivered_to": sent,
        }
        for number, (severity, kind, text, at, count, sent) in enumerate(rows)
    }  # fmt: skip


def decisions(who: "Who", day: MarketDay) -> dict[str, Document]:
    """Each judged bar of every bot, one document a bot and hour."""
    found: dict[str, Document] = {}
    for bot_id, (_, symbols) in BOTS.items():
        for symbol in symbols:
            for bar in day.bars[symbol]:
                path = f"decisions/{bot_id}_{bar.open_at:%Y%m%d_%H}"
                fresh = {
                    **who.owned(),
                    "bot_id": bot_id,
                    "day": f"{bar.open_at:%Y%m%d}",
                    "hour": f"{bar.open_at:%H}",
                    "bars": {},
                }
                found.setdefault(path, fresh)["bars"][f"{symbol}_{bar.open_at:%H%M}"] = _decision(bar)
    return found


def _decision(bar: Bar) -> Document:
    size, side = abs(bar.score), "BUY" if bar.score > 0 else "SELL"
    verdict = "signal" if size > 75 else "candidate" if size >= 60 else "ended" if size > 56 else "quiet"
    detail = {"signal": "Signal", "candidate": f"{side} candidate, held 0 s of 300 s", "quiet": "Quiet",
              "ended": "The candidate ended before it was confirmed"}  # fmt: skip
    part = bar.score / 100
    return {"at": bar.close_at, "score": bar.score, "rsi": part, "ma": part, "macd": part, "verdict": verdict,
            "detail": detail[verdict]}  # fmt: skip
