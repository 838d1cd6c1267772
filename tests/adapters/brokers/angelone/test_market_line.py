"""A connection to the market socket is kept: whatever ends it, it is opened again with the tokens of now, and every
symbol is asked for again. Scripted sockets and a clock that only moves when somebody waits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from engine.adapters.brokers.angelone.access.socket_line import SocketEnded, SocketRefused
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.prices.frames import QUOTE
from engine.adapters.brokers.angelone.prices.market_line import Door, MarketLine
from engine.adapters.brokers.angelone.prices.prints import Prints
from engine.adapters.brokers.angelone.prices.subscriptions import shares_of
from engine.domain.errors import BackPressure, OperatingError, PermanentFailure
from engine.domain.events import MarketEvent, MarketStatus
from engine.domain.instant import NEVER, instant_of
from engine.domain.market import Tick
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.brokers.angelone.frames import frame
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market
from tests.brokers.angelone.running import OPEN_DAY

TEN = datetime.fromisoformat(OPEN_DAY)
SYMBOLS = ("SBIN", "TCS")
Step = str | bytes | OperatingError | None


@dataclass
class Wire:
    """Gives out `steps`, one a wait, then nothing; what was sent to it is kept."""

    clock: ManualClock
    steps: list[Step]
    sent: list[str] = field(default_factory=list)
    closed: bool = False
    answers_pings: bool = False

    def arrived(self) -> list[str | bytes]:
        if not self.steps:
            self.clock.advance(0.5)
            if self.answers_pings and self.sent[-1] == "ping":
                self.sent.append("answered")
                return ["pong"]
            return []
        step = self.steps.pop(0)
        if isinstance(step, OperatingError):
            raise step
        self.clock.advance(0.1)
        return [] if step is None else [step]

    def fileno(self) -> int:
        return 0

    def send(self, text: str) -> None:
        self.sent.append(text)

    def ping(self) -> None:
        self.sent.append("ping")

    def close(self) -> None:
        self.closed = True

    def subscribed(self) -> list[str]:
        """The tokens asked for first."""
        asked = json.loads(self.sent[0])
        return list(asked["params"]["tokenList"][0]["tokens"])


class Session:
    """Tokens that are numbered; `trouble` is raised instead while there is any."""

    def __init__(self) -> None:
        self.number, self.deaths, self.trouble = 1, list[str](), list[OperatingError]()

    def tokens(self) -> Tokens:
        if self.trouble:
            raise self.trouble.pop(0)
        return Tokens(f"jwt{self.number}", "refresh", f"feed{self.number}", NEVER)

    def doubted(self, tokens: Tokens, why: str) -> None:
        assert tokens.jwt == f"jwt{self.number}"
        self.number, self.deaths = self.number + 1, [*self.deaths, why]


class Kept:
    """A line with what it was given. Lives are sockets, or what opening one raises; after the last one it ends."""

    def __init__(self, *lives: list[Step] | OperatingError, answers_pings: bool = False) -> None:
        self.clock, self.session = ManualClock(TEN), Session()
        self.wires: list[Wire] = []
        self.headers: list[Mapping[str, str]] = []
        self.events: list[MarketEvent] = []
        self.rests: list[int] = []
        self.said: set[str] = set()
        self._lives, self._answers_pings = list(lives), answers_pings
        prints = Prints(shares_of(shares(*SYMBOLS), QUOTE)[0], instant_of(TEN.replace(hour=9, minute=15)))
        door = Door(self.session, self._open, "A1", "s3cret")
        self.line = MarketLine(1, prints, door, self.clock, lambda: True, self._rest_s)

    def _open(self, headers: Mapping[str, str]) -> Wire:
        self.headers.append(headers)
        life = self._lives.pop(0)
        if isinstance(life, OperatingError):
            raise life
        self.wires.append(Wire(self.clock, life, answers_pings=self._answers_pings))
        return self.wires[-1]

    def _rest_s(self, attempt: int) -> float:
        self.rests.append(attempt)
        self.said.add(self.line.view.why)
        return 2.0

    def run(self) -> Kept:
        """Until the last life has nothing more to give: kept open on a thread, read on this one."""
        ended = threading.Event()
        keeper = threading.Thread(target=self.line.keep, args=(ended.is_set,), daemon=True)
        keeper.start()
        while self._lives or self.line.wire is None or self.line.wire is not self.wires[-1] or self.wires[-1].steps:
            if self.line.wire is None:
                ended.wait(0.001)  # the keeper's turn
            self.events += self.line.read()
            self.events += self.line.look()
        ended.set()
        keeper.join(10)
        assert not keeper.is_alive()
        return self


def price(paise: int, symbol: str = "SBIN-EQ", at: datetime = TEN) -> bytes:
    """A frame."""
    market = Market(DEFAULT, TEN)
    listing = next(one for one in DEFAULT if one.symbol == symbol)
    market.trade("NSE", listing.token, paise, 10, TEN)
    return frame(QUOTE, market.quotes["NSE", listing.token], at)


def ticks(kept: Kept) -> list[int]:
    """Their prices."""
    return [event.price for event in kept.events if isinstance(event, Tick)]


ENDS = [SocketEnded(1000, ""), SocketEnded(1001, "going away"), SocketEnded(1006, "ConnectionResetError")]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_however_a_connection_ends_another_is_opened_and_asked_for_everything(end: SocketEnded) -> None:
    kept = Kept([price(82_000), end], [price(82_005)]).run()
    assert ticks(kept) == [82_000, 82_005]
    assert [wire.subscribed() for wire in kept.wires] == [["3045", "11536"]] * 2
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
    kept = Kept([told, "pong", "what?", "{", "[]", price(82_000)]).run()
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
