"""What goes back over HTTP: both dialects of SmartAPI, and what is no JSON at all. Fed by every route; feeds server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

TOO_FAST = "Access denied because of exceeding access rate"  # as recorded: HTTP 403, text/plain

# Published with the API, but for the last: what an unregistered address is told is not known, so a code nobody lists.
MESSAGES = {
    "AG8001": "Invalid Token",
    "AG8002": "Token Expired",
    "AG8003": "Token missing",
    "AB8050": "Invalid Refresh Token",
    "AB8051": "Refresh Token Expired",
    "AB1000": "Invalid Email Or Password",
    "AB1004": "Something Went Wrong, Please Try After Sometime",
    "AB1006": "Client is block for trading",
    "AB1008": "Invalid Order Variety",
    "AB1009": "Symbol Not Found",
    "AB1010": "AMX Session Expired",
    "AB1011": "Client not login",
    "AB1012": "Invalid Product Type",
    "AB1013": "Order not found",
    "AB1050": "Invalid totp and client combination",
    "AB2000": "Error not specified",
    "AB2001": "Internal Error, Please try after sometime",
    "AB4008": "Order tag length should be less than 20 characters",
    "AB4018": "Symbol token is empty",
    "AB7777": "Request is not from a registered address",
}


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. `json()` is its body where it is JSON."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as values; raises ValueError where it is none."""
        return json.loads(self.body)


def told(values: Any) -> Answer:
    """JSON, HTTP 200, whatever it says."""
    return Answer(200, json.dumps(values).encode())


def good(data: Any) -> Answer:
    """The application's dialect, all well."""
    return told({"status": True, "message": "SUCCESS", "errorcode": "", "data": data})


def refused(code: str, message: str = "") -> Answer:
    """The application's dialect, refused."""
    return told({"status": False, "message": message or MESSAGES.get(code, code), "errorcode": code, "data": None})


def turned_away(code: str, message: str = "") -> Answer:
    """The gateway's dialect: other keys, HTTP 200 all the same."""
    return told({"success": False, "message": message or MESSAGES.get(code, code), "errorCode": code, "data": ""})


def plain(status: int, text: str) -> Answer:
    """Text, as the rate limiter answers."""
    return Answer(status, text.encode(), "text/plain")


def page(status: int, title: str) -> Answer:
    """HTML, as what stands before the API answers when it is down."""
    return Answer(
        status, f"<html><head><title>{status} {title}</title></head><body></body></html>".encode(), "text/html"
    )


def nothing(status: int) -> Answer:
    """No body: HTTP 400 is what a word outside its list gets."""
    return Answer(status, b"", "text/plain")
