"""A desk with its market and money, without HTTP, for tests of the desk alone. Fed by tests; feeds them its orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.brokers.angelone.account import Account
from tests.brokers.angelone.desk import Desk
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.order_words import Terms
from tests.brokers.angelone.orders import STREAMED, Order
from tests.brokers.angelone.running import OPEN_DAY, ORDER

TEN = datetime.fromisoformat(OPEN_DAY)
LAKH = 100_000_00  # in paise


class Floor:
    """SBIN stands at 820. `told` is what the order stream said: code, status, shares filled."""

    def __init__(self, at: datetime = TEN, cash: int = 10 * LAKH, **terms: object) -> None:
        self.at, self.told = at, list[tuple[str, str, int]]()
        self.market, self.account = Market(DEFAULT, at), Account(cash)
        self.desk = Desk(self.market, self.account, Terms(**terms), at, self._hear)  # type: ignore[arg-type]
        self.price("820.00")

    def _hear(self, order: Order) -> None:
        self.told.append((STREAMED[order.status], order.status, order.filled))

    def place(self, **changes: str) -> Order:
        """Taken in, not moved on yet."""
        answer = self.desk.place({**ORDER, **changes}, self.at).json()
        return self.desk.orders[answer["data"]["orderid"]]

    def pass_time(self, seconds: float = 1.0) -> None:
        """So much later."""
        self.at += timedelta(seconds=seconds)
        self.desk.advance(self.at)

    def go_to(self, words: str) -> None:
        """At that instant."""
        self.at = datetime.fromisoformat(words)
        self.desk.advance(self.at)

    def price(self, rupees: str) -> None:
        """SBIN trades there."""
        paise = round(float(rupees) * 100)
        self.desk.priced(self.market.trade("NSE", "3045", paise, 10, self.at), self.at)

    def refusal_of(self, **changes: str) -> tuple[int, str]:
        """HTTP status and error code."""
        answer = self.desk.place({**ORDER, **changes}, self.at)
        return answer.status, answer.json()["errorcode"] if answer.body else ""
