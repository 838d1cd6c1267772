"""The catalogue of instruments known by heart. Fed by nobody; feeds readers, feeds and the demo market.

A symbol that is not in it still gets an instrument, by the shape of its name: see `instrument_for`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.domain.instrument import Instrument

NSE = "NSE"
COINBASE = "COINBASE"

_NSE_TICK = Decimal("0.05")
_ONE_SHARE = Decimal(1)
_SATOSHI = Decimal("0.00000001")  # the smallest amount that Bitcoin and most venues know

# Indices can be watched, not traded: there is nothing to buy but their futures.
_NSE_INDICES = {
    "NIFTY50": "Nifty 50",
    "BANKNIFTY": "Nifty Bank",
}

# All of these have derivatives, so a closing auction.
_NSE_SHARES = {
    "ADANIPORTS": "Adani Ports and Special Economic Zone",
    "ASIANPAINT": "Asian Paints",
    "AXISBANK": "Axis Bank",
    "BAJFINANCE": "Bajaj Finance",
    "BHARTIARTL": "Bharti Airtel",
    "CIPLA": "Cipla",
    "COALINDIA": "Coal India",
    "DRREDDY": "Dr. Reddy's Laboratories",
    "HCLTECH": "HCL Technologies",
    "HDFCBANK": "HDFC Bank",
    "HINDALCO": "Hindalco Industries",
    "HINDUNILVR": "Hindustan Unilever",
    "ICICIBANK": "ICICI Bank",
    "INFY": "Infosys",
    "ITC": "ITC",
    "KOTAKBANK": "Kotak Mahindra Bank",
    "LT": "Larsen & Toubro",
    "M&M": "Mahindra & Mahindra",
    "MARUTI": "Maruti Suzuki India",
    "NTPC": "NTPC",
    "ONGC": "Oil and Natural Gas Corporation",
    "POWERGRID": "Power Grid Corporation of India",
    "RELIANCE": "Reliance Industries",
    "SBIN": "State Bank of India",
    "SUNPHARMA": "Sun Pharmaceutical Industries",
    "TATAMOTORS": "Tata Motors",
    "TATASTEEL": "Tata Steel",
    "TCS": "Tata Consultancy Services",
    "TITAN": "Titan Company",
    "ULTRACEMCO": "UltraTech Cement",
    "WIPRO": "Wipro",
    "YESBANK": "Yes Bank",
}

_COINS = {
    "BTC-USD": "Bitcoin",
    "ETH-USD": "Ether",
}

# A file without a symbol column is named by its venue and date too (binance_BTCUSDT_2021-01-08), so a part of the
# name is enough; a part must be whole, or every share that happens to end in ETH would be a coin.
_HYPHENATED = re.compile(r"[A-Z0-9]{2,}-(?:USD|USDT|USDC|PERP|EUR|BTC)")
_JOINED = re.compile(r"(?:[A-Z0-9]{2,}(?:USDT|USDC)|(?:ADA|BCH|BNB|DOGE|DOT|EOS|ETC|LINK|LTC|SOL|TRX|XLM|XRP)ETH)")
_FINE_PRICED = re.compile(r"(?:-BTC|ETH)$")  # quoted in a coin: two digits would round most prices to nothing


def instrument_for(symbol: str) -> Instrument:
    """The instrument of a symbol: from the catalogue, or made by the shape of its name.

    A name like BTC-USD, ADA-PERP, BTCUSDT or XRPETH is a coin on COINBASE, in USD; anything else an NSE share, in INR.
    Raises InvalidValue for an empty symbol or one over 40 characters.
    """
    if symbol in _NSE_INDICES:
        return _nse_share(symbol, _NSE_INDICES[symbol], tradable=False)
    if symbol in _NSE_SHARES:
        return _nse_share(symbol, _NSE_SHARES[symbol], closing_auction=True)
    coin = _coin_in(symbol)
    if coin is not None:
        return _coin(symbol, coin)
    return _nse_share(symbol, symbol)


def catalogue() -> tuple[Instrument, ...]:
    """Every instrument known by name, in the order of symbols; what the search for instruments looks through."""
    return tuple(instrument_for(symbol) for symbol in sorted([*_NSE_INDICES, *_NSE_SHARES, *_COINS]))


def _coin_in(symbol: str) -> str | None:
    """The part of a symbol that names a coin pair, if one does."""
    for part in symbol.upper().split("_"):
        if _HYPHENATED.fullmatch(part) or _JOINED.fullmatch(part):
            return part
    return None


def _nse_share(symbol: str, name: str, tradable: bool = True, closing_auction: bool = False) -> Instrument:
    return Instrument(
        symbol=symbol,
        venue=NSE,
        currency="INR",
        price_digits=2,
        quantity_digits=0,
        tick_size=_NSE_TICK,
        lot_size=_ONE_SHARE,
        tradable=tradable,
        name=name,
        closing_auction=closing_auction,
    )


def _coin(symbol: str, pair: str) -> Instrument:
    price_digits = 8 if _FINE_PRICED.search(pair) else 2
    return Instrument(
        symbol=symbol,
        venue=COINBASE,
        currency="USD",
        price_digits=price_digits,
        quantity_digits=8,
        tick_size=Decimal(1).scaleb(-price_digits),
        lot_size=_SATOSHI,
        name=_COINS.get(symbol, symbol),
    )
