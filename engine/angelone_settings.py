"""What the environment says of Angel One: whether orders go there, as whom, and where it is. Read once by settings.py.

What lets the person in comes from the vault (PUT /credentials/angelone) or, for machines that nobody clicks on, from
ANGELONE_* variables or a mounted file; never from both halves of two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.domain.credentials import Credentials, read_credentials
from engine.domain.errors import InvalidValue
from engine.variables import in_cloud, one_of

ANGELONE = "angelone"  # as the market and the venue are named
_VARIABLES = {
    "ANGELONE_CLIENT_CODE": "client_code",
    "ANGELONE_PIN": "pin",
    "ANGELONE_TOTP_SECRET": "totp_secret",
    "ANGELONE_API_KEY": "api_key",
    "ANGELONE_REGISTERED_IP": "registered_ip",
}
_MAY_BE_LEFT_OUT = ("ANGELONE_REGISTERED_IP",)
_FILE = "ANGELONE_CREDENTIALS_FILE"
_AT, _CA = "LOCKSTEP_ANGELONE_AT", "LOCKSTEP_ANGELONE_CA"
_LOOPBACK = re.compile(r"https?://127\.0\.0\.1:\d{1,5}")


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
    credentials: Credentials | None = field(default=None, repr=False)
    others: bool = False
    address_services: str | None = None


def read_angelone(env: Mapping[str, str], feed: str, firestore: str | None) -> AngelOneSettings | None:
    """What is said of Angel One; None where nothing is traded on its prices. Raises InvalidValue.

    `firestore` is the emulator's address, if any: what a real account did must not die with an emulator.
    """
    live = env.get("LOCKSTEP_VENUE") == ANGELONE
    if feed != ANGELONE:
        if live:
            why = f"angelone needs LOCKSTEP_FEED=angelone, not {feed}: a live account trades on its own broker's prices"
            raise InvalidValue("LOCKSTEP_VENUE", why)
        if env.get(_AT):
            raise InvalidValue(_AT, f"is set, and LOCKSTEP_FEED is {feed}: only the market angelone is rehearsed there")
        return None
    if env.get("LOCKSTEP_LIVE_REHEARSAL") == "1":
        raise InvalidValue(
            "LOCKSTEP_LIVE_REHEARSAL", f"is of the practice venue; a day at Angel One is rehearsed with {_AT}"
        )
    if not env.get("LOCKSTEP_BOTS") and env.get("LOCKSTEP_ROLE") != "api":
        raise InvalidValue("LOCKSTEP_BOTS", "is not set: name the file of the bots that trade on Angel One's prices")
    at = _rehearsed_at(env)
    if live and at is None and firestore is not None:
        why = "is angelone, with the Firestore emulator: what a live account did must outlive it. Leave"
        raise InvalidValue("LOCKSTEP_VENUE", f"{why} FIRESTORE_EMULATOR_HOST out, or rehearse with {_AT}")
    return AngelOneSettings(
        live=live,
        at=at,
        ca_file=_authority(env, at),
        product=Product(one_of(env, "LOCKSTEP_ANGELONE_PRODUCT", Product.INTRADAY.value, tuple(Product))),
        credentials=_credentials(env),
        others=one_of(env, "LOCKSTEP_TRADES_FOR", "owner", ("owner", "others")) == "others",
        address_services=env.get("LOCKSTEP_ADDRESS_SERVICES") or None,
    )


def _rehearsed_at(env: Mapping[str, str]) -> str | None:
    address = env.get(_AT) or None
    if address is None:
        return None
    if in_cloud(env):
        raise InvalidValue(_AT, "is set in Cloud Run: a rehearsal runs on one machine, with its broker")
    if _LOOPBACK.fullmatch(address) is None:
        raise InvalidValue(_AT, f"{address!r} is not a broker on this machine: https://127.0.0.1:port")
    return address


def _authority(env: Mapping[str, str], at: str | None) -> Path | None:
    """The certificate to trust for the loopback broker, and for no other."""
    named = env.get(_CA) or None
    if named is not None and at is None:
        raise InvalidValue(
            _CA, f"is set, and {_AT} is not: the real broker is trusted by the machine's own authorities"
        )
    if at is not None and at.startswith("https:") and named is None:
        raise InvalidValue(_CA, f"is not set: name the authority's certificate that the broker at {at} printed")
    if named is not None and not Path(named).is_file():
        raise InvalidValue(_CA, f"{named} is no file")
    return None if named is None else Path(named)


def _credentials(env: Mapping[str, str]) -> Credentials | None:
    """Those of the environment, all or none. No message quotes a value."""
    said = {name: env[name] for name in _VARIABLES if env.get(name)}
    file = env.get(_FILE, "")
    if said and file:
        raise InvalidValue(_FILE, f"is set, and {', '.join(said)} too: give the credentials in one of the two ways")
    if file:
        return _of_file(file)
    if not said:
        return None
    missing = [name for name in _VARIABLES if name not in said and name not in _MAY_BE_LEFT_OUT]
    if missing:
        raise InvalidValue(
            missing[0], f"is not set, while {next(iter(said))} is: give all of them, or none and use the vault"
        )
    try:
        return read_credentials({_VARIABLES[name]: value for name, value in said.items()})
    except InvalidValue as error:
        named = next((name for name, of in _VARIABLES.items() if of == error.field), error.field)
        raise InvalidValue(named, error.message) from None


def _of_file(file: str) -> Credentials:
    """A mounted secret: an object in JSON with client_code, pin, totp_secret, api_key and registered_ip."""
    try:
        said = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidValue(_FILE, f"{file} can't be read as JSON: {type(error).__name__}") from None
    if not isinstance(said, dict):
        raise InvalidValue(_FILE, f"{file} must hold an object with {', '.join(_VARIABLES.values())}")
    try:
        return read_credentials(said)
    except InvalidValue as error:
        raise InvalidValue(_FILE, f"{file}, {error.field}: {error.message}") from None
