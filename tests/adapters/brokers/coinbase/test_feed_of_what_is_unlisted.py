"""Products that do not trade, or have left Coinbase's list: they are told as such, and silence no other."""

from __future__ import annotations

from engine.domain.events import HistoryBar, InstrumentListed, MarketStatus, SessionOpened
from engine.domain.instant import instant_of
from engine.domain.market import TradingStatus
from tests.adapters.brokers.coinbase.listening_coinbase import ListeningCoinbase, Made
from tests.adapters.brokers.coinbase.printed import BTC, ETH
from tests.brokers.coinbase.in_process import InProcessCoinbase


def test_what_the_list_says_does_not_trade_is_told_and_that_it_trades_again(live: ListeningCoinbase) -> None:
    live.here.do("product", product=ETH, trading_disabled=True)
    why = "trading in it is switched off"
    live.wait_for(lambda: MarketStatus(ETH, TradingStatus.HALTED, instant_of(live.clock.now()), why) in live.events)
    assert live.feed.view().closed == {ETH: "trading in it is switched off"}
    live.here.do("product", product=ETH, trading_disabled=False)
    live.wait_for(lambda: live.told(MarketStatus)[-1].status is TradingStatus.TRADING)  # type: ignore[union-attr]


GONE = "Coinbase says that it is listed no more"


def test_a_product_that_is_listed_no_more_keeps_nobody_from_starting_and_silences_no_other(
    made: Made, server: InProcessCoinbase
) -> None:
    made().feed.prepare()  # an earlier start, while both were listed
    server.do("delist", product=ETH)
    feed = made(BTC, ETH, "ACME-USD", days=1)
    feed.feed.prepare()
    feed.past = list(feed.feed.history(None))
    carried = [event.instrument.symbol for event in feed.past if isinstance(event, InstrumentListed)]
    assert carried == [BTC, ETH]  # what is held of the one is still to be told; of the third nothing was ever known
    assert {event.bar.symbol for event in feed.past if isinstance(event, HistoryBar)} == {BTC}
    feed.start()
    feed.wait_for(lambda: feed.subscribed() == [[BTC]])
    feed.wait_for(lambda: not any(line.trades.gathering for line in feed.feed.lines))
    feed.trades("64000.00")
    feed.wait_for(lambda: feed.prices(BTC) == [6_400_000])
    (told,) = feed.told(MarketStatus)
    assert (told.symbol, told.status, told.why) == (ETH, TradingStatus.HALTED, GONE)  # type: ignore[attr-defined]
    assert feed.feed.view().lines[0].complaint == ""


def test_a_product_that_leaves_the_list_while_it_is_listened_to_silences_no_other_and_is_heard_when_it_is_back(
    live: ListeningCoinbase,
) -> None:
    live.here.do("delist", product=ETH)
    live.wait_for(lambda: [event.why for event in live.told(MarketStatus)] == [GONE])  # type: ignore[attr-defined]
    live.here.do("market_socket", act="abort")
    live.wait_for(lambda: live.lives() == 2 and live.subscribed() == [[BTC]])
    live.trades("64001.00")
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100])
    live.here.do("delist", product=ETH, back=True)
    live.wait_for(lambda: live.subscribed() == [[BTC, ETH]])
    live.wait_for(lambda: not live.feed.lines[0].trades.gathering)
    live.trades("1919.41", ETH)
    live.wait_for(lambda: live.prices(ETH) == [191_941])
    assert live.told(MarketStatus)[-1].status is TradingStatus.TRADING  # type: ignore[attr-defined]


def test_where_nothing_of_an_account_is_listed_its_days_go_by_all_the_same(made: Made) -> None:
    feed = made("ACME-USD")
    feed.feed.prepare()
    feed.start()
    feed.wait_for(lambda: bool(feed.told(SessionOpened)))
    assert feed.feed.instruments() == ()
