"""A desk with its market and money, without HTTP, for tests of the desk alone. Fed by tests; feeds them its orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.account import Account
from tests.brokers.coinbase.desk import Desk
from tests.brokers.coinbase.listings import DEFAULT
from tests.brokers.coinbase.market import Market
from tests.brokers.coinbase.order_words import Terms
from tests.brokers.coinbase.orders import Order
from tests.brokers.coinbase.plain_client import order, stop

TEN = datetime.fromisoformat("2026-11-23T10:00:00+00:00")


class Floor:
    """BTC-USD is bid 64999.99 and offered at 65000. `told` is what was told: status and size filled."""

    def __init__(self, cash: str = "100000", coins: str = "1", **terms: Any) -> None:
        self.at, self.told = TEN, list[tuple[str, str]]()
        self.market, self.terms = Market(DEFAULT, TEN), Terms(**terms)
        self.account = Account({"USD": Decimal(cash), "BTC": Decimal(coins)}, TEN)
        self.desk = Desk(self.market, self.account, self.terms, self._hear)

    def _hear(self, told: Order) -> None:
        self.told.append((told.status, str(told.filled)))

    def place(self, name: str = "one", side: str = "BUY", **said: Any) -> Order:
        """Taken in, not moved on yet."""
        return self._taken(order(name, side, **said))

    def place_stop(self, name: str, side: str, price: str, at: str, direction: str) -> Order:
        """The same for a stop-limit."""
        return self._taken(stop(name, side, price, at, direction))

    def ask(self, name: str, side: str, **said: Any) -> dict[str, Any]:
        """Taken or refused."""
        return self.desk.create(order(name, side, **said), self.at)

    def refusal_of(self, name: str = "one", side: str = "BUY", **said: Any) -> tuple[str, str]:
        """The error and the preview's reason."""
        answer = self.ask(name, side, **said)
        assert answer["success"] is False
        return answer["error_response"]["error"], answer["error_response"]["preview_failure_reason"]

    def cancel(self, placed: Order) -> str:
        """Empty where it was taken in, or why not."""
        result = self.desk.cancel([placed.order_id], self.at)[0]
        return "" if result["success"] else result["failure_reason"]

    def pass_time(self, seconds: float = 1.0) -> None:
        """So much later."""
        self.at += timedelta(seconds=seconds)
        self.desk.advance(self.at)

    def price(self, price: str, side: str = "SELL") -> None:
        """Somebody trades BTC-USD there; `side` is the maker's."""
        self.market.trade("BTC-USD", Decimal(price), Decimal("0.01"), self.at, side=side)
        self.desk.priced(self.market.quotes["BTC-USD"], self.at)

    def money(self, currency: str = "USD") -> tuple[str, str]:
        """Free and held."""
        balance = self.account.of(currency)
        return f"{balance.available.normalize():f}", f"{balance.hold.normalize():f}"

    def _taken(self, body: dict[str, Any]) -> Order:
        answer = self.desk.create(body, self.at)
        assert answer["success"] is True, answer
        return self.desk.orders[answer["success_response"]["order_id"]]
