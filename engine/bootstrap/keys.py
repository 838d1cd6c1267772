"""The vault of brokers' credentials, by what the settings name its key. Used by face, engine and the commands."""

from __future__ import annotations

import os

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.vault import FirestoreVault
from engine.adapters.firestore.wire import Wire
from engine.adapters.own_folder import own_folder
from engine.adapters.vault.envelope import Envelope
from engine.adapters.vault.kms_keys import KmsKeys
from engine.adapters.vault.local_keys import LocalKeys, key_in
from engine.domain.errors import CannotStart, InvalidValue
from engine.ports import Vault
from engine.settings import Settings, read_settings

NO_KEY = (
    "this deployment has no key to keep broker keys with: set LOCKSTEP_VAULT_KEYS or LOCKSTEP_KMS_KEY "
    "(docs/OPERATIONS.md, Broker keys)"
)


def open_vault(settings: Settings, wire: Wire) -> Vault | None:
    """The vault; None where the settings name no key and this is not a machine of one's own.

    Raises InvalidValue for keys that are none.
    """
    if settings.kms_key:
        return FirestoreVault(wire, Envelope(KmsKeys(settings.kms_key)))
    if settings.vault_keys:
        return FirestoreVault(wire, Envelope(LocalKeys(settings.vault_keys)))
    if settings.vault_key_file is not None:
        path = settings.vault_key_file
        try:
            own_folder(path.parent)
        except OSError as error:
            raise InvalidValue(str(path), f"the vault's key can't be kept there: {type(error).__name__}") from None
        return FirestoreVault(wire, Envelope(LocalKeys([key_in(path)], str(path))))
    return None


def configured_vault() -> Vault:
    """The vault of the environment, for `lockstep keys`. Raises CannotStart where it has no key."""
    settings = read_settings({**os.environ, "LOCKSTEP_ROLE": "api"})  # sealing needs no owner
    vault = open_vault(settings, connect(settings.project, settings.firestore_emulator))
    if vault is None:
        raise CannotStart(NO_KEY)
    return vault
