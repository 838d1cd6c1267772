"""What Coinbase says is held: balances of coins, put as positions of the account's products. Feeds order_books.

A spot account has no positions, only balances: a coin that somebody bought, was sent or mined before counts like one
that a bot bought, since whoever sells can't tell them apart. So a product's position is all of its coin, free and held
by orders; what the books do not know of is a difference, which a person takes over or lets be (docs/decisions/0032).
Amounts below one step of the product can't be traded and are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from engine.adapters.brokers.bookkeeping.row_values import Row, number, text
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.broker import VenuePosition
from engine.domain.errors import OutcomeUnknown, PermanentFailure

ZERO = Decimal(0)
KEPT_AWAY = ("ACCOUNT_TYPE_VAULT",)  # can't be traded
MONEY = ("ACCOUNT_TYPE_FIAT",)


def balances(rows: Sequence[Any]) -> dict[str, Decimal]:
    """So much of each currency, free and held by orders. Raises OutcomeUnknown for a row that can't be read."""
    found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    seen: set[str] = set()
    for row in rows:
        if not isinstance(row, dict) or not text(row, "currency"):
            raise OutcomeUnknown("Coinbase lists an account without a currency")
        identity = text(row, "uuid") or text(row, "currency")
        if identity in seen or text(row, "type") in KEPT_AWAY + MONEY:
            continue
        seen.add(identity)
        found[text(row, "currency")] += _amount(row, "available_balance") + _amount(row, "hold")
    return found


def positions(held: dict[str, Decimal], products: Collection[Listed]) -> tuple[VenuePosition, ...]:
    """Of the account's products, by symbol. What a coin was bought at is not told: the average is 0, which says so.

    Raises PermanentFailure for two products of one coin: whose it is can't be told.
    """
    by_coin: dict[str, Listed] = {}
    for product in sorted(products, key=lambda each: each.symbol):
        other = by_coin.setdefault(product.base, product)
        if other is not product:
            rule = "which balance is whose can't be told; let the bots of one account trade one of them"
            raise PermanentFailure(f"{other.symbol} and {product.symbol} are both {product.base}: {rule}")
    found = ((product, _in_steps(held.get(coin, ZERO), product.base_increment)) for coin, product in by_coin.items())
    return tuple(
        VenuePosition(product.symbol, quantity, ZERO)
        for product, quantity in sorted(found, key=lambda pair: pair[0].symbol)
        if quantity
    )


def others(held: dict[str, Decimal], products: Collection[Listed]) -> Counter[str]:
    """Coins that the account has nothing to do with, by name; what its products are priced in is its money."""
    its_own = {product.base for product in products} | {product.quote for product in products}
    return Counter(f"{coin}, {amount:f} held" for coin, amount in held.items() if amount and coin not in its_own)


def _amount(row: Row, name: str) -> Decimal:
    """{"value": "1.2", "currency": "BTC"}; nothing is 0."""
    amount = row.get(name)
    if amount is None:
        return ZERO
    if not isinstance(amount, dict):
        raise OutcomeUnknown(f"Coinbase's {name} of {text(row, 'currency')} is no amount")
    return number(amount, "value")


def _in_steps(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).to_integral_value(ROUND_DOWN) * step
