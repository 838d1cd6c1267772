"""What the fault script may do in Coinbase's dialect, beside what any broker does. Fed by control; feeds the server."""

from __future__ import annotations

from typing import Any

from tests.brokers.coinbase.envelopes import error, too_fast, unauthorized
from tests.brokers.loopback.answers import Answer
from tests.brokers.loopback.faults import ANYWHERE, Fault, Shape, changed

LISTS = ("orders", "fills", "accounts", "products", "candles", "trades", "results")


def _rows_twice(fault: Fault, answer: Answer) -> Answer:
    return changed(answer, lambda body: _with_lists(body, lambda rows: rows * 2))


def _half_the_rows(fault: Fault, answer: Answer) -> Answer:
    """The first half is missing and nothing says so."""
    return changed(answer, lambda body: _with_lists(body, lambda rows: rows[len(rows) // 2 :]))


def _with_lists(body: dict[str, Any], change: Any) -> dict[str, Any]:
    return {name: change(value) if name in LISTS else value for name, value in body.items()}


def _cursor(answer: Answer, cursor: str) -> Answer:
    """More is said to come, behind a cursor that leads nowhere or back."""
    return changed(answer, lambda body: {**body, "cursor": cursor, "has_next": True})


def _refused(fault: Fault, answer: Answer) -> Answer:
    """An order that is not taken, for a reason of the script's."""
    code = fault.code or "UNKNOWN_FAILURE_REASON"
    said = {"error": code, "message": fault.message, "error_details": "", "preview_failure_reason": f"PREVIEW_{code}"}
    return Answer(200, _told({"success": False, "error_response": said}))


def _told(values: Any) -> bytes:
    return changed(Answer(200, b"{}"), lambda _: values).body


# kind: (whether the broker acts on the call, what goes back)
KINDS: dict[str, tuple[bool, Shape]] = {
    **ANYWHERE,
    "too_fast": (False, lambda fault, answer: too_fast()),
    "unauthorized": (False, lambda fault, answer: unauthorized()),
    "refused": (False, _refused),
    "error": (False, lambda fault, answer: error(fault.status or 500, fault.code or "INTERNAL", fault.message)),
    "rows_twice": (True, _rows_twice),
    "half_the_rows": (True, _half_the_rows),
    "no_cursor": (True, lambda fault, answer: _cursor(answer, "")),
    "same_cursor": (True, lambda fault, answer: _cursor(answer, fault.code or "0")),
}
