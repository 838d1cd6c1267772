"""The routes of Advanced Trade: path, name, who may call, and what each answers. Fed by the broker with a call.

Market data is at two paths, /market/… for everybody and one without it for a key; the second is named private_….
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.brokers.coinbase import listed
from tests.brokers.coinbase.account import PORTFOLIO
from tests.brokers.coinbase.calls import Act, Call
from tests.brokers.coinbase.envelopes import invalid, unknown
from tests.brokers.coinbase.market_routes import MARKET_DATA, best_bid_ask, tell_time
from tests.brokers.coinbase.words import text
from tests.brokers.loopback.answers import Answer, told

if TYPE_CHECKING:
    from tests.brokers.coinbase.broker import Broker

ROOT = "/api/v3/brokerage"


@dataclass(frozen=True)
class Route:
    """`path` has `{}` for what is named. `name` is what scripts and counts call it. `trades`: needs that scope."""

    method: str
    path: str
    name: str
    act: Act
    public: bool = False
    trades: bool = False

    def named(self, method: str, path: str) -> str | None:
        """What stands for `{}`, empty where there is none; None where this is not the route."""
        found = re.fullmatch(re.escape(self.path).replace(r"\{\}", "([^/]+)"), path)
        if method != self.method or found is None:
            return None
        return found[1] if found.groups() else ""


def _create(broker: Broker, call: Call) -> Answer:
    if not call.body.get("client_order_id"):
        return invalid("client_order_id is required")
    return told(broker.desk.create(call.body, call.at, call.hidden_s))


def _preview(broker: Broker, call: Call) -> Answer:
    return told(broker.desk.preview(call.body))


def _cancel(broker: Broker, call: Call) -> Answer:
    order_ids = call.body.get("order_ids")
    if not isinstance(order_ids, list) or not order_ids:
        return invalid("order_ids is required")
    return told({"results": broker.desk.cancel(map(str, order_ids), call.at)})


def _orders(broker: Broker, call: Call) -> Answer:
    return listed.orders(broker.desk, call.query, call.at)


def _fills(broker: Broker, call: Call) -> Answer:
    return listed.fills(broker.desk, call.query, call.at)


def _accounts(broker: Broker, call: Call) -> Answer:
    return listed.accounts(broker.desk.account, call.query, broker.terms.page_max)


def _order(broker: Broker, call: Call) -> Answer:
    order = listed.order_row(broker.desk, call.named, call.at)
    return unknown("order with this orderID was not found") if order is None else told({"order": order.row()})


def _account(broker: Broker, call: Call) -> Answer:
    row = next((row for row in broker.desk.account.rows() if row["uuid"] == call.named), None)
    return unknown("account with this uuid was not found") if row is None else told({"account": row})


def _permissions(broker: Broker, call: Call) -> Answer:
    may_trade = call.key is not None and call.key.may_trade
    return told({
        "can_view": True,
        "can_trade": may_trade,
        "can_transfer": broker.terms.may_transfer,
        "portfolio_uuid": PORTFOLIO,
        "portfolio_type": "DEFAULT",
    })  # fmt: skip


def _fees(broker: Broker, call: Call) -> Answer:
    orders = broker.desk.orders.values()
    volume = float(sum((order.value for order in orders), Decimal(0)))
    fees = float(sum((order.fees for order in orders), Decimal(0)))
    terms = broker.terms
    tier = {
        "pricing_tier": "Intro 1",
        "usd_from": "0",
        "usd_to": "1000",
        "taker_fee_rate": terms.taker_rate,
        "maker_fee_rate": terms.maker_rate,
        "aop_from": "",
        "aop_to": "",
    }
    return told({
        "total_volume": volume,
        "total_fees": fees,
        "fee_tier": tier,
        "margin_rate": None,
        "goods_and_services_tax": None,
        "advanced_trade_only_volume": volume,
        "advanced_trade_only_fees": fees,
        "coinbase_pro_volume": 0,
        "coinbase_pro_fees": 0,
        "total_balance": text(broker.desk.account.of("USD").available),
        "has_promo_fee": False,
    })  # fmt: skip


def _portfolios(broker: Broker, call: Call) -> Answer:
    return told({"portfolios": [{"name": "Default", "uuid": PORTFOLIO, "type": "DEFAULT", "deleted": False}]})


_HISTORY = f"{ROOT}/orders/historical"
ROUTES = (
    Route("POST", f"{ROOT}/orders", "create_order", _create, trades=True),
    Route("POST", f"{ROOT}/orders/batch_cancel", "cancel_orders", _cancel, trades=True),
    Route("POST", f"{ROOT}/orders/preview", "preview_order", _preview, trades=True),
    Route("GET", f"{_HISTORY}/batch", "list_orders", _orders),
    Route("GET", f"{_HISTORY}/fills", "list_fills", _fills),
    Route("GET", f"{_HISTORY}/{{}}", "get_order", _order),
    Route("GET", f"{ROOT}/accounts", "list_accounts", _accounts),
    Route("GET", f"{ROOT}/accounts/{{}}", "get_account", _account),
    Route("GET", f"{ROOT}/key_permissions", "key_permissions", _permissions),
    Route("GET", f"{ROOT}/transaction_summary", "transaction_summary", _fees),
    Route("GET", f"{ROOT}/portfolios", "portfolios", _portfolios),
    Route("GET", f"{ROOT}/time", "time", tell_time, public=True),
    Route("GET", f"{ROOT}/best_bid_ask", "best_bid_ask", best_bid_ask),
    *(Route("GET", f"{ROOT}/market/{path}", name, act, public=True) for path, name, act in MARKET_DATA),
    *(Route("GET", f"{ROOT}/{path}", f"private_{name}", act) for path, name, act in MARKET_DATA),
)
