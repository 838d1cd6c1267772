"""Whatever happens at the loopback Coinbase's desk, its balances are what its fills made of them."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brokers.coinbase.floor import Floor
from tests.brokers.coinbase.orders import ENDED, Order

CASH, COINS = "20000", "0.5"
PRICES = st.sampled_from(["60000", "63999.99", "64000", "65000", "65000.01", "66000", "71000"])
SIDES = st.sampled_from(["BUY", "SELL"])
SIZES = st.sampled_from(["0.00002", "0.1", "0.12345678", "0.3"])
STEPS = st.one_of(
    st.tuples(st.just("place"), SIDES, SIZES, PRICES),
    st.tuples(st.just("stop"), SIDES, SIZES, PRICES),
    st.tuples(st.just("price"), SIDES, st.just(""), PRICES),
    st.tuples(st.just("cancel"), SIDES, st.just(""), PRICES),
    st.tuples(st.just("end"), st.sampled_from(["EXPIRED", "FAILED"]), st.just(""), PRICES),
    st.tuples(st.just("time"), SIDES, st.just(""), PRICES),
)
TERMS = st.fixed_dictionaries({
    "fill_lot": st.sampled_from(["", "0.05"]),
    "fills_before_cancel": st.sampled_from(["", "all", "0.01"]),
    "fails_next": st.sampled_from(["", "no reason"]),
})  # fmt: skip


def happen(floor: Floor, number: int, what: str, side: str, size: str, price: str) -> None:
    """One step; an order may be refused."""
    working = [one for one in floor.desk.orders.values() if one.status not in ENDED]
    if what == "place":
        floor.ask(f"order {number}", side, base_size=size, limit_price=price)
    elif what == "stop":
        direction = "UP" if side == "BUY" else "DOWN"
        said = {"stop_price": price, "stop_direction": f"STOP_DIRECTION_STOP_{direction}"}
        kind = "stop_limit_stop_limit_gtc"
        floor.ask(f"order {number}", side, kind=kind, base_size=size, limit_price=price, **said)
    elif what == "price":
        floor.price(price, side)
    elif what == "cancel" and working:
        floor.cancel(working[0])
    elif what == "end" and working:
        floor.desk.end(working[-1], side)
    else:
        floor.pass_time()


def moved(orders: list[Order], *, coins: bool) -> Decimal:
    """What the fills brought of the one or the other currency."""
    found = Decimal(0)
    for order in orders:
        sign = 1 if order.buys == coins else -1
        found += sign * order.filled if coins else sign * order.value - order.fees
    return found


@settings(max_examples=100, deadline=None)
@given(terms=TERMS, steps=st.lists(STEPS, max_size=25))
def test_balances_holds_and_fills_agree_whatever_happens(
    terms: dict[str, str], steps: list[tuple[str, str, str, str]]
) -> None:
    floor = Floor(CASH, COINS, **terms)
    for number, step in enumerate(steps):
        happen(floor, number, *step)
        orders = list(floor.desk.orders.values())
        for currency, began in (("USD", CASH), ("BTC", COINS)):
            balance = floor.account.of(currency)
            held = sum((one.held for one in orders if one.pays_with == currency), Decimal(0))
            assert balance.available >= 0
            assert balance.hold == held >= 0
            assert balance.available + balance.hold == Decimal(began) + moved(orders, coins=currency == "BTC")
        for order in orders:
            assert (order.left == 0) == (order.status == "FILLED")
            assert order.held == 0 or order.status not in ENDED
            assert all(fill.price <= order.price if order.buys else fill.price >= order.price for fill in order.fills)
