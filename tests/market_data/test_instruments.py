"""The catalogue and the shapes of names."""

from decimal import Decimal

import pytest

from engine.domain.errors import InvalidValue
from engine.market_data.instruments import catalogue, instrument_for


def test_an_index_is_watch_only_and_a_share_is_not() -> None:
    assert not instrument_for("NIFTY50").tradable
    assert not instrument_for("BANKNIFTY").tradable
    assert instrument_for("RELIANCE").tradable


def test_an_unknown_name_is_an_nse_share() -> None:
    share = instrument_for("NEWCO")
    assert (share.venue, share.currency, share.price_digits, share.quantity_digits) == ("NSE", "INR", 2, 0)
    assert (share.tick_size, share.lot_size, share.minimum_notional) == (Decimal("0.05"), Decimal(1), Decimal(1))


@pytest.mark.parametrize(
    "symbol",
    ["BTC-USD", "SOL-USDT", "ADA-USDC", "BTC-PERP", "ETH-EUR", "BTCUSDT", "SOLUSDC", "binance_BTCUSDT_2021-01-08"],
)
def test_a_pair_is_a_coin_with_two_price_digits(symbol: str) -> None:
    coin = instrument_for(symbol)
    assert (coin.venue, coin.currency, coin.price_digits, coin.quantity_digits) == ("COINBASE", "USD", 2, 8)
    assert coin.lot_size == Decimal("0.00000001")


@pytest.mark.parametrize("symbol", ["ETH-BTC", "XRPETH", "binance_XRPETH_2019-10-11_12"])
def test_a_coin_priced_in_a_coin_has_eight_price_digits(symbol: str) -> None:
    assert instrument_for(symbol).price_digits == 8


def test_a_share_that_ends_like_a_coin_stays_a_share() -> None:
    assert instrument_for("SHIBABETH").venue == "NSE"


def test_every_catalogued_instrument_is_its_own() -> None:
    symbols = [instrument.symbol for instrument in catalogue()]
    assert symbols == sorted(set(symbols))
    assert {"NIFTY50", "BANKNIFTY", "YESBANK", "BTC-USD", "ETH-USD"} <= set(symbols)
    assert all(instrument_for(instrument.symbol) == instrument for instrument in catalogue())


def test_an_empty_symbol_is_refused() -> None:
    with pytest.raises(InvalidValue, match="symbol"):
        instrument_for("")
