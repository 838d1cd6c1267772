"""Where broker and books differ. Deciding about a difference is a command to the engine."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.difference_pages import difference_page
from engine.api.models.answers import CommandAnswer, DifferencePage
from engine.api.models.queries import IdPath, PageQuery, WaitQuery
from engine.api.problems import conflict
from engine.api.services import services
from engine.api.writing import commanded
from engine.domain.records import DifferenceKind, DifferenceState, Resolution

differences = resource("differences", "Where broker and books differ.", prefix=f"{API}/differences")


@differences.get("", responses={200: DifferencePage})
def page(query: PageQuery) -> Response:
    """Your differences: the open ones first, newest first."""
    found = difference_page(query)
    return answered({"items": found.items, "cursor": found.cursor})


@differences.post("/<string:id>/adopt", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def adopt(path: IdPath, query: WaitQuery) -> Response:
    """Take what the broker has into the books."""
    return _resolved(path.id, Resolution.ADOPT)


@differences.post("/<string:id>/ignore", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def ignore(path: IdPath, query: WaitQuery) -> Response:
    """Let it be: books and broker stay apart by this much, and it is not asked about again."""
    return _resolved(path.id, Resolution.IGNORE)


@differences.post("/<string:id>/flatten", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def flatten(path: IdPath, query: WaitQuery) -> Response:
    """Take it into the books, then close whatever is held in the symbol; an order at work is cancelled instead."""
    return _resolved(path.id, Resolution.FLATTEN)


def _resolved(difference_id: str, resolution: Resolution) -> Response:
    uid = caller().uid
    found = services().ownership.document(uid, "differences", difference_id, "difference")
    if found["state"] != DifferenceState.OPEN:
        raise conflict(f"The difference is {found['state']}: there is nothing left to decide.")
    if found["kind"] == DifferenceKind.UNKNOWN_ORDER:
        raise conflict("The broker is still being asked: an order without an answer is not guessed about.")
    arguments = {"difference_id": difference_id, "resolution": resolution.value, "by": uid}
    return commanded(found["account_id"], "resolve_difference", arguments)
