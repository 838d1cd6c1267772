"""What the fault script may do in SmartAPI's dialects, beside what any broker does. Fed by control; feeds server."""

from __future__ import annotations

from tests.brokers.angelone.envelopes import TOO_FAST, refused, turned_away
from tests.brokers.loopback.answers import Answer, plain, told
from tests.brokers.loopback.faults import ANYWHERE, Fault, Shape, changed


def _as_text(fault: Fault, answer: Answer) -> Answer:
    """`status` as a string, as the documentation's samples have it."""
    return changed(answer, lambda body: {**body, "status": str(body.get("status", body.get("success"))).lower()})


def _without_message(fault: Fault, answer: Answer) -> Answer:
    return told({"status": False, "errorcode": fault.code or "AB2001", "data": None})


def _without_code(fault: Fault, answer: Answer) -> Answer:
    return told({"status": False, "message": "Something went wrong", "errorcode": "", "data": None})


def _rows_twice(fault: Fault, answer: Answer) -> Answer:
    return changed(answer, lambda body: {**body, "data": (body["data"] or []) * 2})


def _half_the_rows(fault: Fault, answer: Answer) -> Answer:
    """The first half is missing and nothing says so, as candle downloaders report."""
    return changed(answer, lambda body: {**body, "data": body["data"] and body["data"][len(body["data"]) // 2 :]})


# kind: (whether the broker acts on the call, what goes back)
KINDS: dict[str, tuple[bool, Shape]] = {
    **ANYWHERE,
    "too_fast": (False, lambda fault, answer: plain(403, TOO_FAST)),
    "gateway": (False, lambda fault, answer: turned_away(fault.code or "AG8001", fault.message)),
    "refused": (False, lambda fault, answer: refused(fault.code or "AB1004", fault.message)),
    "no_message": (False, _without_message),
    "no_code": (False, _without_code),
    "status_text": (True, _as_text),
    "data_null": (True, lambda fault, answer: changed(answer, lambda body: {**body, "data": None})),
    "rows_twice": (True, _rows_twice),
    "half_the_rows": (True, _half_the_rows),
}
