"""Where Coinbase is: its addresses, and whom to trust for them. Fed by settings; feeds calls and sockets.

The defaults are the real ones. A rehearsal names the loopback's, one address for all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.adapters.brokers.connection.addresses import check_address

REST = "https://api.coinbase.com"
MARKET_SOCKET = "wss://advanced-trade-ws.coinbase.com"
USER_SOCKET = "wss://advanced-trade-ws-user.coinbase.com"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses. `ca_file`: an authority to trust instead of the machine's own, for a rehearsal.

    Raises InvalidValue for an address that would send tokens in clear text to anywhere but this machine.
    """

    rest: str = REST
    market_socket: str = MARKET_SOCKET
    user_socket: str = USER_SOCKET
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        for name in ("rest", "market_socket", "user_socket"):
            check_address(name, getattr(self, name))
