"""A deleted bot is forgotten once nothing is held, whoever closed the position."""

from __future__ import annotations

from engine.domain.events import BotRemoved
from engine.domain.records import BotForgotten
from tests.core.stop_wire import StopWire, protected


def test_a_deleted_bot_whose_position_the_stop_at_the_broker_closed_is_forgotten() -> None:
    """Its exit waited for that stop to be out, and never left."""
    wire = StopWire()
    stop = protected(wire)
    wire.take(BotRemoved("alpha"))
    wire.fill(stop)
    wire.hear()
    wire.settle()
    assert (wire.net(), wire.position, wire.state.bots) == (0, None, {})
    assert [record.bot_id for record in wire.records if isinstance(record, BotForgotten)] == ["alpha"]
