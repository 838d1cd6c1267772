"""A connection to the market socket is kept: whatever ends it, it is opened again with the tokens of now, and every
symbol is asked for again. Scripted sockets and a clock that only moves when somebody waits.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine.adapters.brokers.connection.socket_line import SocketEnded, SocketRefused
from engine.domain.errors import BackPressure, OperatingError, PermanentFailure
from engine.domain.events import MarketStatus
from engine.domain.instant import instant_of
from engine.domain.market import Tick
from tests.adapters.brokers.angelone.kept_line import TEN, Kept, price, subscribed, ticks

ENDS = [SocketEnded(1000, ""), SocketEnded(1001, "going away"), SocketEnded(1006, "ConnectionResetError")]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_however_a_connection_ends_another_is_opened_and_asked_for_everything(end: SocketEnded) -> None:
    kept = Kept([price(82_000), end], [price(82_005)]).run()
    assert ticks(kept) == [82_000, 82_005]
    assert [subscribed(wire) for wire in kept.wires] == [["3045", "11536"]] * 2
    assert all(wire.closed for wire in kept.wires)
    assert (kept.line.view.lives, kept.rests) == (2, [1])


def test_a_connection_that_stands_still_is_left_within_25_s() -> None:
    kept = Kept([price(82_000)], [price(82_005)])
    kept.run()
    assert ticks(kept) == [82_000, 82_005]
    assert kept.clock.monotonic() <= 25 + 2 + 0.6
    assert [text for text in kept.wires[0].sent if text == "ping"] == ["ping"] * 2


def test_a_feed_that_only_answers_pings_is_asked_again_and_then_left() -> None:
    kept = Kept([price(82_000)], [price(82_005)], answers_pings=True).run()
    assert kept.clock.monotonic() <= 25 + 2 + 0.6
    actions = [json.loads(text)["action"] for text in kept.wires[0].sent if text.startswith("{")]
    assert actions == [1, 0, 1]
    assert kept.line.view.pongs > 0
    assert ticks(kept) == [82_000, 82_005]


@pytest.mark.parametrize("reason", ["Auth token", "Feed Token"])
def test_a_401_for_a_token_makes_a_new_session(reason: str) -> None:
    kept = Kept(SocketRefused(401, f"Invalid Header - Invalid {reason}"), [price(82_000)]).run()
    assert kept.session.deaths == [f"Invalid Header - Invalid {reason}"]
    assert [headers["x-feed-token"] for headers in kept.headers] == ["feed1", "feed2"]
    assert [headers["Authorization"] for headers in kept.headers] == ["Bearer jwt1", "Bearer jwt2"]
    assert ticks(kept) == [82_000]


@pytest.mark.parametrize(("reason", "says"), [("Client Code", "client code"), ("API Key", "API key is not accepted")])
def test_a_401_that_no_login_mends_is_said_in_a_sentence(reason: str, says: str) -> None:
    kept = Kept(SocketRefused(401, f"Invalid Header - Invalid {reason}"), [price(82_000)]).run()
    assert kept.session.deaths == []
    assert any(says in each for each in kept.said)
    assert ticks(kept) == [82_000]


@pytest.mark.parametrize("status", [429, 503])
def test_a_handshake_refused_for_another_reason_is_tried_again(status: int) -> None:
    kept = Kept(SocketRefused(status, ""), SocketRefused(status, ""), [price(82_000)]).run()
    assert (kept.session.deaths, kept.rests, ticks(kept)) == ([], [1, 2], [82_000])


@pytest.mark.parametrize("trouble", [BackPressure("cooling down"), PermanentFailure("the password is wrong")], ids=str)
def test_a_session_that_can_not_be_had_is_waited_for(trouble: OperatingError) -> None:
    kept = Kept([price(82_000)])
    kept.session.trouble = [trouble]
    assert ticks(kept.run()) == [82_000]
    assert kept.rests == [1]


def test_failures_count_anew_after_a_connection_that_spoke() -> None:
    gone = BackPressure("no socket")
    kept = Kept(gone, gone, [price(82_000), SocketEnded(1006, "")], gone, [price(82_005)]).run()
    assert kept.rests == [1, 2, 1, 2]


@pytest.mark.parametrize(("code", "says"), [("E1001", "could not read"), ("E1002", "takes no more symbols")])
def test_a_complaint_in_text_is_kept_for_people(code: str, says: str) -> None:
    told = json.dumps({"correlationID": "x", "errorCode": code, "errorMessage": "Invalid Request"})
    kept = Kept([told, "pong", "what?", "{", "[]", "[" * 100_000, price(82_000)]).run()
    assert says in kept.line.view.complaint
    assert kept.line.view.complaint.endswith(f"({code}: Invalid Request)")
    assert ticks(kept) == [82_000]


def test_one_silent_symbol_among_others_is_asked_for_alone() -> None:
    speaking = [price(82_000 + 5 * number) for number in range(260)]
    kept = Kept([price(310_000, "TCS-EQ"), *speaking]).run()
    again = [json.loads(text) for text in kept.wires[0].sent if text.startswith("{")][1:]
    assert [(asked["action"], asked["params"]["tokenList"][0]["tokens"]) for asked in again] == [
        (0, ["11536"]), (1, ["11536"]),
    ]  # fmt: skip


def test_a_symbol_that_does_not_trade_is_said_to_be_traded_still() -> None:
    kept = Kept([price(82_000)] * 400).run()
    alive = [event for event in kept.events if isinstance(event, MarketStatus)]
    assert {event.symbol for event in alive} == {"SBIN"}
    assert len(alive) == 2
    assert ticks(kept) == [82_000]


def test_a_stamp_of_a_time_to_come_does_not_silence_the_prices_after_it() -> None:
    """It is given on, for the tick guard to refuse and count, and is not what later stamps are measured by."""
    early = price(81_000, at=TEN + timedelta(hours=1))
    kept = Kept([price(82_000), early, price(82_005, at=TEN + timedelta(seconds=1))]).run()
    assert ticks(kept) == [82_000, 81_000, 82_005]
    assert [event.at for event in kept.events if isinstance(event, Tick)][-1] == instant_of(TEN + timedelta(seconds=1))


def test_nothing_secret_is_in_what_is_shown() -> None:
    kept = Kept(SocketRefused(401, "Invalid Header - Invalid API Key"), [price(82_000)]).run()
    shown = f"{kept.line.view} {kept.line._door!r}"
    assert kept.headers[0]["x-api-key"] == "s3cret"
    assert "s3cret" not in shown
    assert "jwt" not in shown
