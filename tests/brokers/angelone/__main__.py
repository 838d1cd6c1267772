"""The loopback broker as a process: prints what a client needs to know as one line of JSON, and serves until ended.

python -m tests.brokers.angelone --port 8443 --walk 1       prices wander, the clock is the real one
python -m tests.brokers.angelone --at 2026-11-23T09:14:00+05:30 --speed 60
python -m tests.brokers.angelone --ticks FOLDER             a recorded day, from a minute before its first tick
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.errors import LockstepError
from tests.brokers.angelone.broker import MARKET_PATH, ORDER_PATH, Broker, Setup
from tests.brokers.angelone.control import control
from tests.brokers.loopback.as_process import Words, serve
from tests.brokers.loopback.server import Server

if TYPE_CHECKING:
    from tests.brokers.angelone.tape import Tape


def main(words: list[str]) -> None:
    """Until it is ended."""
    said = Words("tests.brokers.angelone", __doc__, "+05:30")
    said.add_argument("--invented", type=int, default=0, metavar="N", help="list so many more symbols")
    said.add_argument("--cash", type=int, default=1_000_000, metavar="RUPEES")
    said.add_argument("--beat", type=float, default=1.0, metavar="SECONDS", help="how often the feed repeats itself")
    said.add_argument("--spread", action="store_true", help="with --walk: one instrument after the other trades")
    said.add_argument("--timed", action="store_true", help="number frames by this machine's clock, to measure by")
    said.add_argument("--ticks", type=Path, metavar="PATH", help="prices are this file's or folder's ticks")
    asked = said.read(words)
    try:
        tape = None if asked.ticks is None else _tape(asked.ticks)
    except LockstepError as error:
        said.error(f"--ticks: {error}")
    begins_at = datetime.now(UTC) if tape is None else tape.begins_at
    setup = Setup(
        at=asked.at or begins_at,
        speed=asked.speed,
        invented=asked.invented,
        cash=asked.cash,
        walk=asked.walk,
        beat_s=asked.beat,
        tape=tape,
        spread=asked.spread,
        pulse_s=0.002 if asked.spread else 0.01,
    )

    def told(server: Server[Broker], root: str, sockets: str, folder: Path) -> Mapping[str, str]:
        server.broker.market_socket.timed = asked.timed
        client = setup.client
        return {
            "market_socket": f"{sockets}{MARKET_PATH}",
            "order_socket": f"{sockets}{ORDER_PATH}",
            "master": f"{root}/OpenAPI_File/files/OpenAPIScripMaster.json",
            "address": f"{root}/address",
            "client_code": client.code,
            "pin": client.pin,
            "totp_secret": client.totp_secret,
            "api_key": client.api_key,
        }

    serve(asked, lambda: Broker(setup), control, told, setup.pulse_s)


def _tape(path: Path) -> Tape:
    """Imported here: the readers take seconds that a broker without a tape does not need."""
    from engine.market_data.readers import read_market_data
    from tests.brokers.angelone.tape import Tape

    return Tape(read_market_data([path]))


if __name__ == "__main__":
    main(sys.argv[1:])
