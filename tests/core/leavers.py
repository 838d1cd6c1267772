"""A bot that buys once, at 09:30, and leaves by its exits alone. Feeds the tests of exits."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain.account import BotSpec
from engine.domain.exits import Exits
from engine.domain.instant import SECOND
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

START = at("09:30")


def leaver(**exits: Any) -> BotSpec:
    """A bot with these exits."""
    given = {name: value if isinstance(value, int) else Decimal(value) for name, value in exits.items()}
    return replace(bot(strategy="script", quantity=10), exits=Exits(**given))


def held(side: SignalType = SignalType.BUY, **exits: Any) -> Books:
    """Ten at 500, just filled by ticks. The bot decides nothing more."""
    books = paper_loop([leaver(**exits)], make_strategy=scripted({"script": {START: side}}, allow_short=True))
    books.step(tick(START - SECOND, "500"), tick(START + SECOND, "500"))
    (position,) = books.state.portfolio.all()
    assert abs(position.quantity) == 10
    return books


def prices(books: Books, *asked: str, seconds: int = 1) -> None:
    """The market trades at these, so many seconds apart."""
    for price in asked:
        books.step(tick(books.state.tapes["ACME"].last_at + seconds * SECOND, price))
