"""What the environment says of Coinbase: whether orders go there, with which key, and where it is. Read once by
settings.py. Its prices are public: without orders no key is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.broker_settings import BrokerVariables
from engine.domain.coinbase_credentials import COINBASE_FORM, CoinbaseCredentials

COINBASE = "coinbase"  # as the market and the venue are named


@dataclass(frozen=True, slots=True)
class CoinbaseSettings:
    """live: orders go to Coinbase; otherwise its prices alone are used. at: a loopback broker of this machine instead
    of the real one, for rehearsals. credentials: None for the vault's.
    """

    live: bool = False
    at: str | None = None
    credentials: CoinbaseCredentials | None = field(default=None, repr=False)


def _unfolded(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of the file as the developer platform gives it out (`name` or `id`, `privateKey`, and others)."""
    if "privateKey" not in said:
        return said
    return {"key_name": said.get("name") or said.get("id"), "private_key": said["privateKey"]}


_OF = BrokerVariables(
    market=COINBASE,
    title="Coinbase",
    at="LOCKSTEP_COINBASE_AT",
    keys={"COINBASE_KEY_NAME": "key_name", "COINBASE_PRIVATE_KEY": "private_key"},
    file="COINBASE_CREDENTIALS_FILE",
    form=COINBASE_FORM,
    schemes=("http",),
    unfold=_unfolded,
)


def read_coinbase(env: Mapping[str, str], feed: str, firestore: str | None) -> CoinbaseSettings | None:
    """What is said of Coinbase; None where nothing is traded on its prices. Raises InvalidValue.

    `firestore` is the emulator's address, if any. A live account trades bots that a person named; prices alone may be
    tried with those that come along.
    """
    place = _OF.place(env, feed, firestore)
    if place is None:
        return None
    live, at = place
    if live:
        _OF.needs_bots(env)
    return CoinbaseSettings(live, at, _OF.credentials(env))


def coinbase_of(env: Mapping[str, str]) -> CoinbaseSettings:
    """What the environment says of Coinbase, whatever market is traded. Raises InvalidValue."""
    of_it = {name: value for name, value in env.items() if "COINBASE" in name or name.startswith(("K_", "CLOUD_RUN"))}
    return read_coinbase(of_it, COINBASE, None) or CoinbaseSettings()
