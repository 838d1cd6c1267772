"""The brokers there are, and what each lets a person in with. Asked by vault, API, settings and bootstrap, which treat
all brokers alike and have their names as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from engine.domain.angelone_credentials import ANGELONE_FORM, AngelOneCredentials
from engine.domain.coinbase_credentials import COINBASE_FORM, CoinbaseCredentials
from engine.domain.errors import InvalidValue
from engine.domain.key_form import KeyForm

BrokerKeys: TypeAlias = AngelOneCredentials | CoinbaseCredentials

FORMS: Mapping[str, KeyForm[Any]] = {"angelone": ANGELONE_FORM, "coinbase": COINBASE_FORM}
TITLES: Mapping[str, str] = {"angelone": "Angel One", "coinbase": "Coinbase"}  # as people know them
BROKERS = tuple(FORMS)


def keys_as_bytes(broker: str, keys: BrokerKeys) -> bytes:
    """For sealing, and for nothing else."""
    return FORMS[broker].as_bytes(keys)


def keys_from_bytes(broker: str, plain: bytes) -> BrokerKeys:
    """The inverse. Raises InvalidValue, also for a broker that is not known."""
    if broker not in FORMS:
        raise InvalidValue("broker", "is unknown")
    keys: BrokerKeys = FORMS[broker].from_bytes(plain)
    return keys
