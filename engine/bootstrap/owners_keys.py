"""The owner's keys of a broker: the environment's, else the vault's. Asked by engine.py, which waits for them however
long a person takes, and by checks and downloads, which don't.
"""

from __future__ import annotations

from typing import TypeVar

from engine.adapters.firestore.wire import Wire
from engine.bootstrap.keys import NO_KEY, open_vault
from engine.bootstrap.outside import Outside
from engine.domain.broker_keys import TITLES, BrokerKeys
from engine.domain.errors import CannotStart
from engine.runtime.ending import Ended, EndWish
from engine.runtime.patience import Patient
from engine.runtime.start_notice import StartNotice
from engine.settings import Settings

K = TypeVar("K")
LOOK_S = 5.0


def keys_for(out: Outside, broker: str, patient: Patient, notice: StartNotice, end: EndWish) -> BrokerKeys:
    """Those of the broker, once there are some.

    Raises Ended when asked to, CannotStart where the vault's key does not open them.
    """
    said = out.settings.keys_said(broker)
    if said is not None:
        return said
    vault = open_vault(out.settings, out.wire)
    missing = (
        f"There are no credentials of {TITLES[broker]}: give them on the dashboard, under Brokers, or to the service "
        f"as {broker.upper()}_* variables. The engine waits for them, and nothing is traded until then."
    )
    while True:
        found = None if vault is None else patient(lambda: vault.credentials(out.settings.owner_uid, broker))
        if found is not None:
            notice.goes_on()
            return found
        notice.needs(missing if vault is not None else f"{missing} For the dashboard {NO_KEY}.")
        if end.within(LOOK_S):
            raise Ended("asked to end while starting")


def kept_keys(settings: Settings, wire: Wire, broker: str, kind: type[K]) -> K:
    """Those of the vault, which are of this kind. Raises CannotStart where there are none."""
    vault = open_vault(settings, wire) if settings.owner_uid else None
    found = None if vault is None else vault.credentials(settings.owner_uid, broker)
    if not isinstance(found, kind):
        raise CannotStart(
            f"there are no broker keys of {TITLES[broker]}: give them on the dashboard, under Brokers, or as "
            f"{broker.upper()}_* variables (docs/BROKERS.md)"
        )
    return found
