"""The loopback broker as a process: prints what a client needs to know as one line of JSON, and serves until ended.

python -m tests.brokers.angelone --port 8443 --walk 1       prices wander, the clock is the real one
python -m tests.brokers.angelone --at 2026-11-23T09:14:00+05:30 --speed 60
python -m tests.brokers.angelone --ticks FOLDER             a recorded day, from a minute before its first tick
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.errors import LockstepError
from tests.brokers.angelone.broker import Setup
from tests.brokers.angelone.certificates import make_certificates
from tests.brokers.angelone.server import CONTROL_PATH, MARKET_PATH, ORDER_PATH, Server

if TYPE_CHECKING:
    from tests.brokers.angelone.tape import Tape


def main(words: list[str]) -> None:
    """Until it is ended. The authority's certificate lies in a folder that ends with it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.brokers.angelone", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--at", type=datetime.fromisoformat, help="begin at this instant, with its zone")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the broker a real one; 0 stands still")
    parser.add_argument("--walk", type=int, metavar="SEED", help="let prices wander; else they stand")
    parser.add_argument("--invented", type=int, default=0, metavar="N", help="list so many more symbols")
    parser.add_argument("--cash", type=int, default=1_000_000, metavar="RUPEES")
    parser.add_argument("--beat", type=float, default=1.0, metavar="SECONDS", help="how often the feed repeats itself")
    parser.add_argument("--spread", action="store_true", help="with --walk: one instrument after the other trades")
    parser.add_argument("--timed", action="store_true", help="number frames by this machine's clock, to measure by")
    parser.add_argument("--plain", action="store_true", help="http and ws instead of https and wss")
    parser.add_argument("--ticks", type=Path, metavar="PATH", help="prices are this file's or folder's ticks")
    asked = parser.parse_args(words)
    if asked.at is not None and asked.at.tzinfo is None:
        parser.error(f"--at {asked.at.isoformat()} has no zone: write {asked.at.isoformat()}+05:30")
    try:
        tape = None if asked.ticks is None else _tape(asked.ticks)
    except LockstepError as error:
        parser.error(f"--ticks: {error}")
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as folder:
        certificates = None if asked.plain else make_certificates(Path(folder))
        server = Server(asked.port, setup, certificates)
        server.broker.market_socket.timed = asked.timed
        place, secure = f"127.0.0.1:{server.server_address[1]}", "" if asked.plain else "s"
        client = setup.client
        print(  # noqa: T201 - whoever starts it reads it
            json.dumps({
                "root": f"http{secure}://{place}",
                "market_socket": f"ws{secure}://{place}{MARKET_PATH}",
                "order_socket": f"ws{secure}://{place}{ORDER_PATH}",
                "master": f"http{secure}://{place}/OpenAPI_File/files/OpenAPIScripMaster.json",
                "address": f"http{secure}://{place}/address",
                "control": f"http{secure}://{place}{CONTROL_PATH}",
                "authority": str(certificates.authority) if certificates else "",
                "client_code": client.code,
                "pin": client.pin,
                "totp_secret": client.totp_secret,
                "api_key": client.api_key,
            }),
            flush=True,
        )  # fmt: skip
        server.serve_forever()


def _tape(path: Path) -> Tape:
    """Imported here: the readers take seconds that a broker without a tape does not need."""
    from engine.market_data.readers import read_market_data
    from tests.brokers.angelone.tape import Tape

    return Tape(read_market_data([path]))


if __name__ == "__main__":
    main(sys.argv[1:])
