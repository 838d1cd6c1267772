"""What a new day began with, where it turned in what was lost: made of fills, whatever moments the states are of."""

from __future__ import annotations

import pytest

from engine.domain.instant import Instant
from engine.domain.records import PositionFlat, PositionRecord, Record
from tests.builders.paper import Books
from tests.builders.times import MONDAY, session
from tests.core.test_rebook import CUTS, facts_of, made_again, run_until

EARLY, LATE, NEXT_DAY = CUTS[:3]


def mixed_states(positions_of: Books, rest_of: Books) -> tuple[Record, ...]:
    """Positions of one moment, all else of another: documents are written one by one."""
    kinds = (PositionRecord, PositionFlat)
    held = {(one.collection, one.document_id): one for one in positions_of.newest() if isinstance(one, kinds)}
    rest = {(one.collection, one.document_id): one for one in rest_of.newest() if not isinstance(one, kinds)}
    return tuple(one for one in {**rest, **held}.values() if not isinstance(one, PositionFlat))


@pytest.mark.parametrize(("positions_at", "rest_at"), [(EARLY, LATE), (LATE, EARLY)])
def test_states_of_different_moments_do_not_move_what_the_new_day_began_with(
    positions_at: Instant, rest_at: Instant
) -> None:
    """With the positions of one moment and the cash of another it would have begun with a fifth more or less."""
    old, later = run_until(LATE), run_until(NEXT_DAY)
    states = mixed_states(run_until(positions_at), run_until(rest_at))
    fresh = made_again(old, later, facts_of(later, session(MONDAY).open_at), states)
    assert fresh.state.ledger.start_equity_day == later.state.ledger.start_equity_day
    assert fresh.state.ledger.start_equity_week == later.state.ledger.start_equity_week
    assert fresh.state.breaker.trips == {}
