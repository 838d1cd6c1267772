"""With `spread` the loopback broker's instruments trade in turn over each beat, and as often as without."""

from datetime import datetime
from time import monotonic

from tests.brokers.angelone.broker import Broker, Setup
from tests.brokers.angelone.market_socket import numbered_by_time
from tests.brokers.angelone.running import OPEN_DAY

BEAT_S = 0.05


def test_instruments_trade_in_turn() -> None:
    broker = Broker(Setup(datetime.fromisoformat(OPEN_DAY), walk=1, beat_s=BEAT_S, spread=True))
    traded: list[str] = []
    before = {key: quote.sequence for key, quote in broker.market.quotes.items()}
    tokens = [token for _, token in broker.market.quotes]
    until = monotonic() + 60
    while min(traded.count(token) for token in tokens) < 2:
        assert monotonic() < until
        broker.pulse()
        now = {key: quote.sequence for key, quote in broker.market.quotes.items()}
        traded += [token for (_, token), number in now.items() if number != before[_, token]]
        before = now
    counts = [traded.count(token) for token in tokens]
    assert max(counts) - min(counts) <= 1


def test_a_frame_numbered_by_time_is_otherwise_the_same() -> None:
    frame = bytes(range(51))
    before = monotonic()
    numbered = numbered_by_time(frame)
    assert (numbered[:27], numbered[35:]) == (frame[:27], frame[35:])
    assert before * 1e6 - 1 <= int.from_bytes(numbered[27:35], "little") <= monotonic() * 1e6
