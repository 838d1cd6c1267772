"""docs/ORDERS.md shows the order's life as the table has it, and explains every state and kind of difference."""

import re

import pytest

from engine.core.orders import TERMINAL, TRANSITIONS, Move
from engine.domain.order import OrderState
from engine.domain.records import DifferenceKind
from local.places import ROOT
from tests.architecture.order_diagram import MOVES, into, made

PAGE = (ROOT / "docs" / "ORDERS.md").read_text()


def test_the_page_shows_what_the_table_gives() -> None:
    assert into(PAGE) == PAGE, "write it anew: .venv/bin/python -m tests.architecture.order_diagram docs/ORDERS.md"


def test_the_diagram_has_an_arrow_for_every_change_and_none_besides() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+): ", made(), re.MULTILINE))
    assert drawn == {(str(state), str(after)) for (state, _), after in TRANSITIONS.items() if after is not state}


def test_no_arrow_leaves_a_state_that_has_ended() -> None:
    leaving = [line for line in made().splitlines() for state in TERMINAL if line.startswith(f"    {state} --> ")]
    assert leaving == [f"    {state} --> [*]" for state in OrderState if state in TERMINAL]


def test_every_move_has_its_words() -> None:
    assert set(MOVES) == set(Move)
    assert len(set(MOVES.values())) == len(MOVES)


def test_a_changed_table_makes_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSITIONS, (OrderState.FILLED, Move.REJECT), OrderState.REJECTED)
    assert into(PAGE) != PAGE


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no marks"):
        into("# Orders\n")


def test_every_state_and_every_kind_of_difference_is_explained_to_people() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", into(PAGE).replace(made(), ""), re.MULTILINE))
    assert told == {*map(str, OrderState), *map(str, DifferenceKind)}
