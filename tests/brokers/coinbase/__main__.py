"""The loopback broker as a process: prints what a client needs to know as one line of JSON, and serves until ended.

python -m tests.brokers.coinbase --port 8444 --walk 1       prices wander, the clock is the real one
python -m tests.brokers.coinbase --at 2026-11-23T09:59:00+00:00 --speed 60
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.brokers.coinbase.broker import MARKET_PATH, USER_PATH, Broker, Setup
from tests.brokers.coinbase.control import control
from tests.brokers.coinbase.keys import EDWARDS, ELLIPTIC
from tests.brokers.loopback.as_process import Words, serve
from tests.brokers.loopback.server import Server


def main(words: list[str]) -> None:
    """Until it is ended."""
    said = Words("tests.brokers.coinbase", __doc__, "+00:00")
    said.add_argument("--cash", type=_cash, nargs="+", metavar="USD=100000", help="balances")
    said.add_argument("--beat", type=float, default=1.0, metavar="SECONDS", help="how often heartbeats come")
    asked = said.read(words)
    balances: dict[str, Any] = {} if asked.cash is None else {"cash": dict(asked.cash)}

    def made() -> Broker:
        """At this very moment unless another was named: tokens bear this machine's time."""
        at = asked.at or datetime.now(UTC)
        return Broker(Setup(at=at, speed=asked.speed, walk=asked.walk, beat_s=asked.beat, **balances))

    def told(server: Server[Broker], root: str, sockets: str, folder: Path) -> Mapping[str, str]:
        """The key file has the form that the developer platform gives out."""
        key_file = folder / "cdp_api_key.json"
        key_file.write_text(json.dumps({"name": EDWARDS.name, "privateKey": EDWARDS.private_key}))
        return {
            "market_socket": f"{sockets}{MARKET_PATH}",
            "user_socket": f"{sockets}{USER_PATH}",
            "key_name": ELLIPTIC.name,
            "private_key": ELLIPTIC.private_key,
            "key_file": str(key_file),
        }

    serve(asked, made, control, told)


def _cash(words: str) -> tuple[str, Decimal]:
    """USD=100000."""
    currency, is_there, amount = words.partition("=")
    if not is_there or not currency.isalpha() or not amount.replace(".", "", 1).isdigit():
        raise argparse.ArgumentTypeError(f"{words!r} is no balance: write USD=100000")
    return currency.upper(), Decimal(amount)


if __name__ == "__main__":
    main(sys.argv[1:])
