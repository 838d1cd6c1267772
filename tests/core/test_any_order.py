"""Fills told in any order, and any number of times, make the same books; the books balance after every one of them.

Two bots trade two symbols, one long, one short. In each round entries are sent and told, then exits of what is held.
What is told of a round's orders may come in any order across and within orders, but an exit's fills come after the
entries that it closes: no venue can trade an exit that was not sent yet. Then everything that says what the money is
agrees: cash, charges, each position, each closed trade and the roll-ups of them. What follows the order of arrival is
the order of ids in lists, the id of a trade (named after its first fill) and, while a part of a position is closed,
what is reckoned as its cost: by a paisa by average, by which entry came first by fifo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.engine import Engine
from engine.core.strategy import Strategy
from engine.domain.account import Desired, ReduceBy
from engine.domain.effects import SubmitOrder
from engine.domain.events import BotChanged, ClockTicked, CommandReceived, FillReceived, InstrumentListed, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.records import ClosedTradeRecord, FillRecord
from engine.domain.signal import SignalType
from tests.builders.desk import CASH, LOOSE, Desk, parts_of
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import Scripted
from tests.builders.times import at, session

D = Decimal
SYMBOLS = ("ACME", "BOLT")
BOTS = {"alpha": SignalType.BUY, "beta": SignalType.SELL}
OFTEN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Books:
    """A desk of both bots, its account reduced one way or the other."""

    by: ReduceBy
    desk: Desk = field(init=False)
    minute: int = 0

    def __post_init__(self) -> None:
        self.desk = Desk(Engine(account(str(CASH), LOOSE, reduce_by=self.by), self._strategy), [], [])
        for symbol in SYMBOLS:
            self.desk.take(InstrumentListed(instrument(symbol)))
        for bot_id in BOTS:
            self.desk.take(BotChanged(bot(bot_id, SYMBOLS, strategy=bot_id, quantity=40), Desired.RUNNING, 1))
        self.desk.take(SessionOpened(session(), session().open_at))

    @staticmethod
    def _strategy(name: str, parameters: Any) -> Strategy:
        return Scripted({at("09:20") + n * MINUTE: BOTS[name] for n in range(1, 40)}, allow_short=True)

    def enter(self) -> list[SubmitOrder]:
        """Every bot's next entry in every symbol, sent and accepted."""
        self.minute += 1
        close = at("09:20") + self.minute * MINUTE
        before = len(self.desk.sent)
        for symbol in SYMBOLS:
            self.desk.take(tick(close - 1_000_000, "500", symbol))
        self.desk.take(ClockTicked(close))
        return self._accepted(before)

    def leave(self) -> list[SubmitOrder]:
        """An exit of everything that is held, sent and accepted."""
        before = len(self.desk.sent)
        for position in self.desk.engine.state.portfolio.all():
            where = {"bot_id": position.bot_id, "symbol": position.symbol}
            self.desk.take(CommandReceived(f"close-{self.minute}", "close_position", where))
        return self._accepted(before)

    def _accepted(self, before: int) -> list[SubmitOrder]:
        orders = self.desk.sent[before:]
        for order in orders:
            self.desk.accept(order)
        return orders

    def tell(self, fills: Sequence[FillReceived]) -> None:
        """Take fills, the books balancing after each."""
        for one in fills:
            self.desk.take(one)
            self.balance()

    def balance(self) -> None:
        """What must hold at every moment."""
        state = self.desk.engine.state
        held = state.portfolio.all()
        cost = sum((position.cost * position.sign for position in held), D(0))
        realized = sum((position.realized_gross for position in held), D(0))
        charges = sum((position.charges for position in held), D(0))
        assert state.ledger.imbalance(CASH, cost, realized, charges) == 0
        assert state.ledger.cash == state.ledger.cash.quantize(D("0.01"))
        assert not state.breaker.broken

    def told(self) -> dict[str, Any]:
        """All that says what the money is."""
        state = self.desk.engine.state
        held = state.portfolio.all()
        kept = [(p.bot_id, p.symbol, p.quantity, p.cost, p.charges, p.realized_gross, p.entry_time) for p in held]
        trades = [record for record in self.desk.records if isinstance(record, ClosedTradeRecord)]
        return {
            "money": (state.ledger.cash, state.ledger.charges_day),
            "held": kept,
            "trades": sorted(
                str({**asdict(trade), "trade_id": "", "fill_ids": sorted(trade.fill_ids)}) for trade in trades
            ),
            "profits": {name: asdict(profit) for name, profit in state.ledger.profits.items()},
        }


fills_of_an_order = st.tuples(
    st.lists(st.integers(1, 39), max_size=3), st.lists(st.integers(40_000, 60_000), min_size=4, max_size=4)
)


def fills(order: SubmitOrder, cuts: list[int], prices: list[int]) -> list[FillReceived]:
    """An order's fills, each at its own time."""
    return [
        FillReceived(order.order_id, f"V{number}", size, D(prices[number]) / 100, order.at + 1 + number)
        for number, size in enumerate(parts_of(order.quantity, cuts))
    ]


@OFTEN
@given(st.sampled_from(ReduceBy), st.integers(1, 3), st.data())
def test_any_order_and_any_repetition_make_the_same_books(by: ReduceBy, rounds: int, data: st.DataObject) -> None:
    plain, mixed = Books(by), Books(by)
    told: list[FillReceived] = []
    for _ in range(rounds):
        for act in (Books.enter, Books.enter, Books.leave):
            orders = act(plain)
            assert [order.order_id for order in act(mixed)] == [order.order_id for order in orders]
            new = [one for order in orders for one in fills(order, *data.draw(fills_of_an_order))]
            plain.tell(new)
            again = data.draw(st.lists(st.sampled_from(told), max_size=3)) if told else []
            mixed.tell(data.draw(st.permutations([*new, *new[: len(new) // 2], *again])))
            told += new
            assert mixed.told() == plain.told()
    assert mixed.desk.engine.state.portfolio.all() == []
    assert mixed.told() == plain.told()
    assert mixed.desk.engine.state.equity() == mixed.desk.engine.state.ledger.cash


@OFTEN
@given(st.data())
def test_both_ways_of_reducing_end_in_the_same_money(data: st.DataObject) -> None:
    average, fifo = Books(ReduceBy.AVERAGE), Books(ReduceBy.FIFO)
    for act in (Books.enter, Books.enter, Books.leave):
        orders = act(average)
        act(fifo)
        new = [one for order in orders for one in fills(order, *data.draw(fills_of_an_order))]
        average.tell(new)
        fifo.tell(new)
    assert average.told() == fifo.told()


@pytest.mark.parametrize("by", ReduceBy)
def test_every_number_leads_to_its_fills(by: ReduceBy) -> None:
    books = Books(by)
    for act in (Books.enter, Books.enter, Books.leave, Books.enter, Books.leave):
        books.tell([one for order in act(books) for one in fills(order, [7, 20], [50_000, 50_105, 49_000, 51_000])])
    booked = {record.fill_key: record for record in books.desk.records if isinstance(record, FillRecord)}
    trades = [record for record in books.desk.records if isinstance(record, ClosedTradeRecord)]
    assert len(trades) == 2 * len(BOTS) * len(SYMBOLS)
    for trade in trades:
        parts = [booked.pop(key) for key in trade.fill_ids]
        assert {(part.bot_id, part.symbol) for part in parts} == {(trade.bot_id, trade.symbol)}
        assert trade.gross_pnl == -sum((part.price * part.quantity * part.side.sign for part in parts), D(0))
        assert trade.charges == sum((part.charges for part in parts), D(0))
        assert all(part.charges == sum(part.charge_lines.values(), D(0)) for part in parts)
        assert (trade.entry_at, trade.exit_at) == (min(p.filled_at for p in parts), max(p.filled_at for p in parts))
    assert booked == {}
    whole = books.desk.engine.state.ledger.profits["week"]
    within = [
        trade
        for trade in trades
        if (whole.first_exit_at or 0) <= trade.exit_at <= (whole.last_exit_at or 0) and trade.day >= whole.start
    ]
    assert whole.net_pnl == sum((trade.net_pnl for trade in within), D(0))
    assert whole.trades == len(within)
