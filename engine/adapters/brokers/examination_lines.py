"""Lines that the check of every broker has: is it reached, how far is the clock, are its candles whole. Used by each
broker's doctor, with its own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent
from engine.domain.broker import BrokerReport
from engine.domain.findings import Finding, amber, green, red
from engine.domain.market import Bar
from engine.ports import Clock

SLOW_S = 2.0
LOOK_S = 0.5  # at an open socket
LAG_GREEN_S, LAG_RED_S = 3.0, 15.0  # stamps may have whole seconds


def connection_line(knock: Callable[[], Answer | NotSent | Lost], clock: Clock) -> Finding:
    """Whether the broker's host answers at all, over TLS that can be trusted."""
    began_s = clock.monotonic()
    answer = knock()
    took_s = clock.monotonic() - began_s
    if not isinstance(answer, Answer):
        say = f"the broker is not reached: {answer.why}"
        return red("connection", say, "Look at this machine's way to the internet.")
    if took_s > SLOW_S:
        say = f"the broker took {took_s:.1f} s to answer"
        return amber("connection", say, "Orders will be late. Look at the network.")
    return green("connection", f"the broker answers in {took_s * 1000:.0f} ms")


@dataclass(frozen=True, slots=True)
class ClockBounds:
    """Seconds that this machine's clock may be off: to `green_s` nothing is said, beyond `red_s` it must be set. What
    fails then, as the ends of two sentences.
    """

    green_s: float
    red_s: float
    beyond: str
    fails: str


def clock_line(skew_s: float | None, bounds: ClockBounds) -> Finding:
    """This machine's clock against the broker's, by the date of its answers; None: they have none."""
    if skew_s is None:
        do = "Make sure that this machine's clock is kept by NTP."
        return amber("clock", "the broker's answers carry no time", do)
    says = f"this machine's clock is {abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead of'} the broker's"
    if abs(skew_s) <= bounds.green_s:
        return green("clock", f"this machine's clock is within {bounds.green_s:.0f} s of the broker's")
    if abs(skew_s) <= bounds.red_s:
        return amber("clock", says, f"Let NTP set the clock; {bounds.beyond}.")
    return red("clock", says, f"Set the clock: {bounds.fails}.")


def lag_line(lag_s: float) -> Finding:
    """How old prices are when they come."""
    says = f"prices are {max(lag_s, 0.0):.0f} s old when they come"
    if lag_s <= LAG_GREEN_S:
        return green("feed_lag", says)
    do = "Look at the network and at how busy this machine is."
    return amber("feed_lag", says, do) if lag_s <= LAG_RED_S else red("feed_lag", says, do)


def books_line(report: BrokerReport, orders: str, positions: str) -> Finding:
    """What the broker's books have, once they were put together; the words say of which time, and of what."""
    working = sum(order.state == "working" for order in report.orders)
    says = (
        f"the books agree: {len(report.orders)} orders {orders} ({working} working), {len(report.fills)} fills, "
        f"{len(report.positions)} {positions}"
    )
    if not report.beside:
        return green("order_books", says)
    do = "They count in no limit and no stop of this service, and use the same money."
    return amber("order_books", f"{says}; beside this account: {', '.join(report.beside)}", do)


def contradicting(bars: Sequence[Bar]) -> int:
    """How many of them can't be: a low above the high, or no price."""
    return sum(
        not bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high or bar.low <= 0 for bar in bars
    )


def looks(patience_s: float) -> int:
    """How often an open socket is looked at, each time for LOOK_S."""
    return max(1, round(patience_s / LOOK_S))
