"""What the clock does to orders and positions at the loopback broker: hours, auction, square-off, midnight."""

from datetime import datetime

from tests.brokers.angelone.floor import Floor


def test_an_order_after_hours_silently_waits_for_the_next_open() -> None:
    floor = Floor(datetime.fromisoformat("2026-11-23T16:00:00+05:30"))
    order = floor.place(price="825.00")
    assert (order.status, order.asked["variety"]) == ("after market order req received", "AMO")
    floor.go_to("2026-11-25T09:14:59+05:30")  # the 24th is a holiday
    assert order.status == "after market order req received"
    floor.go_to("2026-11-25T09:15:01+05:30")
    assert order.status == "complete"


def test_an_order_that_waits_for_the_open_can_be_changed_and_taken_back() -> None:
    floor = Floor(datetime.fromisoformat("2026-11-23T16:00:00+05:30"))
    order = floor.place()
    floor.desk.modify({"orderid": order.number, "variety": "AMO", "price": "805.00"}, floor.at)
    floor.desk.cancel({"orderid": order.number, "variety": "AMO"}, floor.at)
    assert [code for code, *_ in floor.told] == ["AB06", "AB08", "AB07"]
    assert order.price == 80_500


def test_nothing_fills_between_the_last_continuous_minute_and_the_auction() -> None:
    floor = Floor(datetime.fromisoformat("2026-11-23T15:14:59+05:30"))
    order = floor.place(price="815.00")
    floor.pass_time(30)
    floor.price("810.00")
    assert order.status == "open"
    floor.go_to("2026-11-23T15:30:00+05:30")
    assert (order.status, order.average) == ("complete", 810.0)


def test_what_rests_at_the_end_of_the_day_is_cancelled() -> None:
    floor = Floor()
    order = floor.place()
    floor.go_to("2026-11-23T15:36:00+05:30")
    assert (order.status, order.filled) == ("cancelled", 0)


def test_the_broker_squares_intraday_off_by_an_order_of_its_own() -> None:
    floor = Floor()
    floor.place(price="825.00")
    floor.go_to("2026-11-23T15:21:00+05:30")
    own = list(floor.desk.orders.values())[-1]
    assert (own.text, own.status, own.asked.get("ordertag"), own.buys) == ("Auto square off", "complete", None, False)
    assert floor.account.net(own.listing, "INTRADAY") == 0


def test_midnight_turns_delivery_into_holdings_and_empties_the_books() -> None:
    floor = Floor()
    floor.place(price="825.00", producttype="DELIVERY")
    floor.go_to("2026-11-24T00:00:01+05:30")
    assert floor.desk.orders == {}
    assert floor.account.position_rows(floor.market) is None
    assert floor.account.holding_rows(floor.market)[0]["quantity"] == 10  # type: ignore[index]
    floor.go_to("2026-11-25T09:20:00+05:30")
    sold = floor.place(producttype="DELIVERY", transactiontype="SELL", price="815.00")
    floor.pass_time()
    assert sold.status == "complete"
    assert floor.account.deliverable(sold.listing) == 0


def test_without_square_off_an_intraday_position_is_carried() -> None:
    floor = Floor(square_off=False)
    floor.place(price="825.00")
    floor.go_to("2026-11-24T00:00:01+05:30")
    rows = floor.account.position_rows(floor.market)
    assert rows is not None
    assert (rows[0]["netqty"], rows[0]["cfbuyqty"], rows[0]["buyqty"]) == ("10", "10", "0")
