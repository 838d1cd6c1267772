"""Doors to what stays secret: brokers' credentials at rest. Implemented by adapters; called by api, runtime, cli."""

from __future__ import annotations

from typing import Protocol

from engine.domain.broker_keys import BrokerKeys
from engine.ports.way_out import Fields


class Sealer(Protocol):
    """Makes bytes unreadable for whoever lacks the key, and readable again for whoever has it."""

    def seal(self, plain: bytes, about: str) -> str:
        """A text that only a holder of the key can open, and only as being about the same thing.

        Raises OperatingError where the key can't be used now.
        """

    def open(self, sealed: str, about: str) -> bytes:
        """The inverse. Raises PermanentFailure where it was sealed by a key that is not here, about another thing, or
        was changed; OutcomeUnknown where the keeper of the key does not answer.
        """


class Vault(Protocol):
    """Brokers' credentials of people, sealed in the store."""

    def credentials(self, user_id: str, broker: str) -> BrokerKeys | None:
        """Those a person gave for a broker; None where they gave none, or took them back.

        Raises OperatingError: PermanentFailure where no key here opens them.
        """

    def sealed(self, user_id: str, broker: str, credentials: BrokerKeys) -> Fields:
        """The fields of their document that hold them, for the transaction that writes it."""

    def seal_anew(self) -> int:
        """Seal every document again, with the newest key; how many there were. Raises OperatingError, and is then to
        be called again: what was sealed anew stays so. One that no key opens keeps no other from it.
        """
