"""Where Angel One is: its addresses, and whom to trust for them. Fed by settings; feeds wire, sockets, instruments.

The defaults are the real ones. A rehearsal names the loopback broker's, and the authority that vouches for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.adapters.brokers.connection.addresses import check_address

REST = "https://apiconnect.angelone.in"
MARKET_SOCKET = "wss://smartapisocket.angelone.in/smart-stream"
ORDER_SOCKET = "wss://tns.angelone.in/smart-order-update"
INSTRUMENTS = "https://margincalculator.angelone.in/OpenAPI_File/files/OpenAPIScripMaster.json"
WHATISMYIP = "https://api.ipify.org https://checkip.amazonaws.com"  # both answer with the caller's address as text


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses. `ca_file`: an authority to trust instead of the machine's own, for a rehearsal. `whatismyip`: one or
    several, with spaces between them; the next is asked where one does not say.

    Raises InvalidValue for an address that would send tokens in clear text to anywhere but this machine.
    """

    rest: str = REST
    market_socket: str = MARKET_SOCKET
    order_socket: str = ORDER_SOCKET
    instruments: str = INSTRUMENTS
    whatismyip: str = WHATISMYIP
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        for name in ("rest", "market_socket", "order_socket", "instruments"):
            check_address(name, getattr(self, name))
        for address in self.whatismyip.split() or [""]:
            check_address("whatismyip", address)
