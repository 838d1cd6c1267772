"""The client's money, positions and holdings, kept from fills. Fed by the exchange desk; feeds funds and book routes.

Paise inside; rows carry rupees as the API writes them: strings in positions and funds, numbers in holdings.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.brokers.angelone.listings import Listing
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.orders import Fill, Order

INTRADAY, DELIVERY = "INTRADAY", "DELIVERY"
LEVERAGE = {INTRADAY: 5, DELIVERY: 1}  # how much an order may be worth for a rupee of funds


@dataclass
class Held:
    """One instrument in one product, this day; `carried` came over from the day before."""

    listing: Listing
    product: str
    bought: int = 0
    sold: int = 0
    paid: int = 0
    got: int = 0
    carried: int = 0

    @property
    def net(self) -> int:
        """Shares held now, below zero when short."""
        return self.carried + self.bought - self.sold

    @property
    def tied_up(self) -> int:
        """Funds it holds, roughly: what the net part cost, by the product's leverage."""
        average = self.paid // self.bought if self.net > 0 and self.bought else 0
        average = average or (self.got // self.sold if self.sold else 0)
        return abs(self.net) * average // LEVERAGE[self.product]


@dataclass
class Holding:
    """Shares delivered, and what a share cost."""

    listing: Listing
    quantity: int
    average: int


class Account:
    """Books one client. `cash` is what the day began with."""

    def __init__(self, cash: int) -> None:
        self.cash = cash
        self.held: dict[tuple[str, str, str], Held] = {}
        self.holdings: dict[tuple[str, str], Holding] = {}

    def book(self, order: Order, fill: Fill) -> None:
        """A fill moved shares and money."""
        listing, product = order.listing, order.asked["producttype"]
        key = (listing.exchange, listing.token, product)
        held = self.held.setdefault(key, Held(listing, product))
        if order.buys:
            held.bought, held.paid = held.bought + fill.quantity, held.paid + fill.quantity * fill.price
        else:
            held.sold, held.got = held.sold + fill.quantity, held.got + fill.quantity * fill.price

    def net(self, listing: Listing, product: str) -> int:
        """Shares of this day's position."""
        held = self.held.get((listing.exchange, listing.token, product))
        return held.net if held else 0

    def deliverable(self, listing: Listing) -> int:
        """Shares that may be sold for delivery."""
        holding = self.holdings.get((listing.exchange, listing.token))
        return self.net(listing, DELIVERY) + (holding.quantity if holding else 0)

    def available(self, blocked: int) -> int:
        """Funds left for new orders, with so much blocked by those that work."""
        return self.cash - blocked - sum(held.tied_up for held in self.held.values())

    def end_day(self) -> None:
        """Money is settled; delivery becomes holdings; what is left of INTRADAY is carried."""
        carried: dict[tuple[str, str, str], Held] = {}
        for key, held in self.held.items():
            self.cash += held.got - held.paid
            if held.product == DELIVERY:
                self._deliver(held)
            elif held.net:
                carried[key] = Held(held.listing, held.product, carried=held.net)
        self.held = carried

    def _deliver(self, held: Held) -> None:
        key = (held.listing.exchange, held.listing.token)
        before = self.holdings.get(key, Holding(held.listing, 0, 0))
        quantity = before.quantity + held.net
        average = held.paid // held.bought if held.bought else before.average
        self.holdings.pop(key, None)
        if quantity > 0:
            self.holdings[key] = Holding(held.listing, quantity, average)

    def funds(self, blocked: int) -> dict[str, Any]:
        """As getRMS has it: strings, several null."""
        free = _text(self.available(blocked))
        zero = "0.00"
        return {
            "net": free,
            "availablecash": free,
            "availableintradaypayin": zero,
            "availablelimitmargin": zero,
            "collateral": zero,
            "m2munrealized": zero,
            "m2mrealized": zero,
            "utiliseddebits": _text(self.cash - self.available(blocked)),
            "utilisedspan": None,
            "utilisedoptionpremium": None,
            "utilisedholdingsales": None,
            "utilisedexposure": None,
            "utilisedturnover": None,
            "utilisedpayout": zero,
        }

    def position_rows(self, market: Market) -> list[dict[str, Any]] | None:
        """As getPosition has them: everything a string; nothing is null, not an empty list."""
        return [_position(held, market) for held in self.held.values()] or None

    def holding_rows(self, market: Market) -> list[dict[str, Any]] | None:
        """As getHolding has them."""
        return [_holding(holding, market) for holding in self.holdings.values()] or None


def _position(held: Held, market: Market) -> dict[str, Any]:
    listing = held.listing
    quote = market.find(listing.exchange, listing.token)
    value = held.got - held.paid
    return {
        "exchange": listing.exchange,
        "symboltoken": listing.token,
        "producttype": held.product,
        "tradingsymbol": listing.symbol,
        "symbolname": listing.name,
        "instrumenttype": "",
        "priceden": "1",
        "pricenum": "1",
        "genden": "1",
        "gennum": "1",
        "precision": "2",
        "multiplier": "-1",
        "boardlotsize": "1",
        "buyqty": str(held.bought),
        "sellqty": str(held.sold),
        "buyamount": _text(held.paid),
        "sellamount": _text(held.got),
        "symbolgroup": "EQ",
        "strikeprice": "-1",
        "optiontype": "",
        "expirydate": "",
        "lotsize": str(listing.lot),
        "cfbuyqty": str(max(held.carried, 0)),
        "cfsellqty": str(max(-held.carried, 0)),
        "cfbuyamount": "0.00",
        "cfsellamount": "0.00",
        "buyavgprice": _text(held.paid // held.bought if held.bought else 0),
        "sellavgprice": _text(held.got // held.sold if held.sold else 0),
        "avgnetprice": _text(abs(value) // abs(held.net) if held.net else 0),
        "netvalue": _spaced(value),
        "netqty": str(held.net),
        "totalbuyvalue": _text(held.paid),
        "totalsellvalue": _text(held.got),
        "cfbuyavgprice": "0.00",
        "cfsellavgprice": "0.00",
        "totalbuyavgprice": _text(held.paid // held.bought if held.bought else 0),
        "totalsellavgprice": _text(held.got // held.sold if held.sold else 0),
        "netprice": _text(abs(value) // abs(held.net) if held.net else 0),
        "ltp": _text(quote.last if quote else 0),
    }


def _holding(holding: Holding, market: Market) -> dict[str, Any]:
    listing = holding.listing
    quote = market.find(listing.exchange, listing.token)
    last = quote.last if quote else listing.previous_close
    gain = (last - holding.average) * holding.quantity
    return {
        "tradingsymbol": listing.symbol,
        "exchange": listing.exchange,
        "isin": f"INE{int(listing.token):09d}"[:12],
        "t1quantity": 0,
        "realisedquantity": holding.quantity,
        "quantity": holding.quantity,
        "authorisedquantity": 0,
        "product": DELIVERY,
        "collateralquantity": None,
        "collateraltype": None,
        "haircut": 0.0,
        "averageprice": holding.average / 100,
        "ltp": last / 100,
        "symboltoken": listing.token,
        "close": listing.previous_close / 100,
        "profitandloss": gain / 100,
        "pnlpercentage": round(100 * (last - holding.average) / holding.average, 2) if holding.average else 0.0,
    }


def _text(paise: int) -> str:
    return f"{Decimal(paise) / 100:.2f}"


def _spaced(paise: int) -> str:
    """A loss is written with a space behind its sign."""
    return f"- {_text(-paise)}" if paise < 0 else _text(paise)
