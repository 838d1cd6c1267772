"""What a client logs in with, planted to be looked for, and who looks. Used by the tests that no secret leaves."""

from __future__ import annotations

import re
from datetime import datetime

import pyotp

from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.sessions import Client

PLANTED = Client("PLANTED77", "7391", totp_secret="K5QXGZDPK5QXGZDPK5QXGZDPK5QXGZDP", api_key="planted-key-8Qz")
# Digits alone: no part of a number, an address in memory or the length of an answer.
_AS_A_WORD = r"(?<![0-9a-fx.])(?<!HTTP/1.1\" 200 ){}(?![0-9a-f.])"


def planted_in(text: str, angel: InProcessAngelOne) -> list[str]:
    """The names of planted secrets, and of what the broker gave for them, that stand in a text."""
    words = {"TOTP secret": PLANTED.totp_secret, "API key": PLANTED.api_key, "client code": PLANTED.code}
    for number, session in enumerate(angel.broker.sessions._all):
        words |= {f"jwt {number}": session.jwt, f"refresh {number}": session.refresh, f"feed {number}": session.feed}
    found = [name for name, word in words.items() if word in text]
    logins = [datetime.fromisoformat(at) for at, route, _ in angel.broker.log if route == "login"]
    digits = {"PIN": PLANTED.pin, **{f"code of {at}": pyotp.TOTP(PLANTED.totp_secret).at(at) for at in logins}}
    return found + [name for name, word in digits.items() if re.search(_AS_A_WORD.format(word), text)]
