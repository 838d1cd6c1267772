"""What goes back over HTTP: both dialects of SmartAPI. Fed by every route; feeds the server."""

from __future__ import annotations

from typing import Any

from tests.brokers.loopback.answers import Answer, told

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


def good(data: Any) -> Answer:
    """The application's dialect, all well."""
    return told({"status": True, "message": "SUCCESS", "errorcode": "", "data": data})


def refused(code: str, message: str = "") -> Answer:
    """The application's dialect, refused."""
    return told({"status": False, "message": message or MESSAGES.get(code, code), "errorcode": code, "data": None})


def turned_away(code: str, message: str = "") -> Answer:
    """The gateway's dialect: other keys, HTTP 200 all the same."""
    return told({"success": False, "message": message or MESSAGES.get(code, code), "errorCode": code, "data": ""})
