"""What the environment says of Angel One: whether orders go there, as whom, and where it is. Read once by settings.py.

What is the same for every broker is in broker_settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.broker_settings import BrokerVariables
from engine.domain.angelone_credentials import ANGELONE_FORM, AngelOneCredentials
from engine.domain.errors import InvalidValue
from engine.variables import one_of

ANGELONE = "angelone"  # as the market and the venue are named
_CA = "LOCKSTEP_ANGELONE_CA"
_OF = BrokerVariables(
    market=ANGELONE,
    title="Angel One",
    at="LOCKSTEP_ANGELONE_AT",
    keys={
        "ANGELONE_CLIENT_CODE": "client_code",
        "ANGELONE_PIN": "pin",
        "ANGELONE_TOTP_SECRET": "totp_secret",
        "ANGELONE_API_KEY": "api_key",
        "ANGELONE_REGISTERED_IP": "registered_ip",
    },
    file="ANGELONE_CREDENTIALS_FILE",
    form=ANGELONE_FORM,
)


class Product(StrEnum):
    """What orders are for: bought and sold within the day, or to be held."""

    INTRADAY = "intraday"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class AngelOneSettings:
    """live: orders go to Angel One; otherwise its prices alone are used. at: a loopback broker of this machine instead
    of the real one, for rehearsals; ca_file: the authority that vouches for it. credentials: None for the vault's.
    others: this deployment may trade for other people than its owner. address_services: web services that tell which
    address orders leave from, with spaces between them; None: the usual ones.
    """

    live: bool = False
    at: str | None = None
    ca_file: Path | None = None
    product: Product = Product.INTRADAY
    credentials: AngelOneCredentials | None = field(default=None, repr=False)
    others: bool = False
    address_services: str | None = None


def read_angelone(env: Mapping[str, str], feed: str, firestore: str | None) -> AngelOneSettings | None:
    """What is said of Angel One; None where nothing is traded on its prices. Raises InvalidValue.

    `firestore` is the emulator's address, if any: what a real account did must not die with an emulator.
    """
    place = _OF.place(env, feed, firestore)
    if place is None:
        return None
    live, at = place
    _OF.needs_bots(env)
    return AngelOneSettings(
        live=live,
        at=at,
        ca_file=_authority(env, at),
        product=Product(one_of(env, "LOCKSTEP_ANGELONE_PRODUCT", Product.INTRADAY.value, tuple(Product))),
        credentials=_OF.credentials(env),
        others=one_of(env, "LOCKSTEP_TRADES_FOR", "owner", ("owner", "others")) == "others",
        address_services=env.get("LOCKSTEP_ADDRESS_SERVICES") or None,
    )


def _authority(env: Mapping[str, str], at: str | None) -> Path | None:
    """The certificate to trust for the loopback broker, and for no other."""
    named = env.get(_CA) or None
    if named is not None and at is None:
        raise InvalidValue(
            _CA, f"is set, and {_OF.at} is not: the real broker is trusted by the machine's own authorities"
        )
    if at is not None and at.startswith("https:") and named is None:
        raise InvalidValue(_CA, f"is not set: name the authority's certificate that the broker at {at} printed")
    if named is not None and not Path(named).is_file():
        raise InvalidValue(_CA, f"{named} is no file")
    return None if named is None else Path(named)
