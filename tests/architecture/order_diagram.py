"""The order's life as a diagram and a table, made from core/orders.TRANSITIONS: the middle of docs/ORDERS.md.

Write it anew with `python -m tests.architecture.order_diagram docs/ORDERS.md`; the test beside it holds the page to it.
"""

import sys
from pathlib import Path

from engine.core.orders import TERMINAL, TRANSITIONS, Move
from engine.domain.order import OrderState

BEGIN = "<!-- Made from core/orders.TRANSITIONS by tests/architecture/order_diagram.py: change the table, not this. -->"
END = "<!-- End of what is made. -->"
MOVES: dict[Move, str] = {
    Move.SEND: "written down and sent",
    Move.DISPATCH: "on the wire",
    Move.ACCEPT: "the broker has it",
    Move.FILL_PART: "a part is filled",
    Move.FILL_REST: "the rest is filled",
    Move.REJECT: "the broker refuses it",
    Move.REQUEST_CANCEL: "cancelling is asked",
    Move.KEEP: "the broker won't cancel it",
    Move.KEEP_PART: "the broker won't cancel the rest",
    Move.CANCEL: "the broker has cancelled it",
    Move.EXPIRE: "its time is over",
    Move.REFUSE: "a limit refuses it",
    Move.LOSE: "no answer",
}


def made() -> str:
    """Diagram and table, with the marks around them."""
    return "\n".join([BEGIN, "", *_diagram(), "", *_table(), "", END])


def into(page: str) -> str:
    """The page with what is between its marks made anew. Raises ValueError for a page without them."""
    before, found, rest = page.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError("the page has no marks to write between")
    return before + made() + after


def _diagram() -> list[str]:
    """Mermaid, an arrow for each pair of states; what only repeats what is known is in the table alone."""
    arrows: dict[tuple[OrderState, OrderState], list[str]] = {}
    for (state, move), after in TRANSITIONS.items():
        if after is not state:
            arrows.setdefault((state, after), []).append(MOVES[move])
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {OrderState.CREATED}"]
    lines += [f"    {state} --> {after}: {' / '.join(moves)}" for (state, after), moves in arrows.items()]
    lines += [f"    {state} --> [*]" for state in OrderState if state in TERMINAL]
    return [*lines, "```"]


def _table() -> list[str]:
    """A row a state: where each move leads, and what is told again or late and changes nothing."""
    lines = ["| state | moves on by | stays, though it is told |", "|---|---|---|"]
    for state in OrderState:
        leads = [(move, after) for (before, move), after in TRANSITIONS.items() if before is state]
        on = ", ".join(f"{MOVES[move]} → `{after}`" for move, after in leads if after is not state)
        stays = ", ".join(MOVES[move] for move, after in leads if after is state)
        lines.append(f"| `{state}` | {on or 'nothing: it has ended'} | {stays or 'nothing'} |")
    return lines


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(into(file.read_text()))
