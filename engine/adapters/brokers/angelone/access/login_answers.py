"""What became of a login, as a happening of the session and in words for a person. Fed by session."""

from __future__ import annotations

from engine.adapters.brokers.angelone.access.replies import Meaning, Reply
from engine.adapters.brokers.angelone.access.session_states import Happening
from engine.adapters.brokers.connection.wire import Lost, NotSent

_HAPPENINGS = {
    Meaning.GOOD: Happening.GRANTED,
    Meaning.WRONG_CODE: Happening.REFUSED,
    Meaning.SESSION_OVER: Happening.REFUSED,  # a login has no session yet: the gateway does not know the API key
    Meaning.REFUSED: Happening.REFUSED,
    Meaning.UNLISTED: Happening.REFUSED,
    Meaning.STOP: Happening.STOP,
    Meaning.TOO_FAST: Happening.NO_ANSWER,
    Meaning.UNKNOWN: Happening.NO_ANSWER,
}
_WORDS = {
    Meaning.WRONG_CODE: "the broker refused the one-time code: check the TOTP secret and this machine's clock",
    Meaning.SESSION_OVER: "the broker does not know the API key: check it",
    Meaning.STOP: "the broker refused the login for good: check client code and PIN, and whether it has blocked you",
    Meaning.TOO_FAST: "the broker's rate limiter refused the login",
    Meaning.UNKNOWN: "the broker gave no answer to the login that can be read",
}


def of_a_login(reply: Reply | NotSent | Lost) -> tuple[Happening, str]:
    """What happened, and why in a phrase; the phrase of GRANTED is empty."""
    if isinstance(reply, NotSent):
        return Happening.UNSENT, f"the login did not leave: {reply.why}"
    if isinstance(reply, Lost):
        return Happening.NO_ANSWER, f"the login got {reply.why}"
    happening = _HAPPENINGS[reply.meaning]
    if happening is Happening.GRANTED:
        return happening, ""
    words = _WORDS.get(reply.meaning, "the broker refused the login")
    told = " ".join(word for word in (reply.code, reply.message) if word)
    return happening, f"{words} ({told})" if told else words
