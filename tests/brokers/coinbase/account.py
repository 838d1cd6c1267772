"""The client's balances, one a currency: what is free and what orders hold. Fed by the desk; feeds account routes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.words import iso, text

FIAT = frozenset({"USD", "EUR"})
_MADE_FROM = uuid.UUID("00000000-0000-4000-8000-0000000000c0")
PORTFOLIO = str(uuid.uuid5(_MADE_FROM, "portfolio"))


def made_id(words: str) -> str:
    """An id of the usual form, the same for the same words."""
    return str(uuid.uuid5(_MADE_FROM, words))


@dataclass
class Balance:
    """Of one currency."""

    available: Decimal = Decimal(0)
    hold: Decimal = Decimal(0)


class Account:
    """`balances` by currency, in the order they were opened."""

    def __init__(self, cash: Mapping[str, Decimal], at: datetime) -> None:
        self.balances = {currency: Balance(amount) for currency, amount in cash.items()}
        self._opened_at = at

    def of(self, currency: str) -> Balance:
        """The balance of a currency, opened where there was none."""
        return self.balances.setdefault(currency, Balance())

    def rehold(self, currency: str, before: Decimal, after: Decimal) -> None:
        """An order that held `before` holds `after`."""
        balance = self.of(currency)
        balance.hold += after - before
        balance.available -= after - before

    def pay(self, currency: str, amount: Decimal) -> None:
        """So much comes in, or with a minus goes out, of what is free."""
        self.of(currency).available += amount

    def rows(self) -> list[dict[str, Any]]:
        """As the accounts route has them."""
        return [self._row(currency, balance) for currency, balance in self.balances.items()]

    def _row(self, currency: str, balance: Balance) -> dict[str, Any]:
        opened = iso(self._opened_at)
        return {
            "uuid": made_id(f"account {currency}"),
            "name": f"{currency} Wallet",
            "currency": currency,
            "available_balance": {"value": text(balance.available), "currency": currency},
            "default": True,
            "active": True,
            "created_at": opened,
            "updated_at": opened,
            "deleted_at": None,
            "type": "ACCOUNT_TYPE_FIAT" if currency in FIAT else "ACCOUNT_TYPE_CRYPTO",
            "ready": True,
            "hold": {"value": text(balance.hold), "currency": currency},
            "retail_portfolio_id": PORTFOLIO,
            "platform": "ACCOUNT_PLATFORM_CONSUMER",
        }
