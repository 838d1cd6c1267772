"""The Vault port on Firestore: `broker_credentials/{user_id}_{broker}`, which no client may read. Written by the API's
transaction with what `sealed` gives; read by the engine that opens a session.

A document holds the sealed text, and beside it only what may be shown: the end of a client code or key name, and when.
"""

from __future__ import annotations

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.errors import Contended, PreconditionFailed
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.wire import Wire
from engine.domain.broker_keys import BROKERS, BrokerKeys, keys_as_bytes, keys_from_bytes
from engine.domain.errors import InvalidValue, PermanentFailure
from engine.ports import Fields, Sealer

COLLECTION = "broker_credentials"
_AGAIN = 5  # a person may give new ones meanwhile; twice in one moment is nobody


class FirestoreVault:
    """See ports.Vault."""

    def __init__(self, wire: Wire, sealer: Sealer) -> None:
        self._wire = wire
        self._sealer = sealer

    def credentials(self, user_id: str, broker: str) -> BrokerKeys | None:
        """See ports.Vault."""
        name = name_of(self._wire.database, COLLECTION, credentials_id(user_id, broker))
        document = self._wire.get([name])[0]
        sealed = None if document is None else document_fields(document).get("sealed")
        return None if sealed is None else self._opened(user_id, broker, str(sealed))

    def sealed(self, user_id: str, broker: str, credentials: BrokerKeys) -> Fields:
        """See ports.Vault."""
        text = self._sealer.seal(keys_as_bytes(broker, credentials), credentials_id(user_id, broker))
        return {"sealed": text, "client_ending": credentials.ending}

    def seal_anew(self) -> int:
        """See ports.Vault."""
        done, shut = 0, dict[str, str]()
        for broker in BROKERS:
            for document in self._wire.query(structured_query(COLLECTION, {"broker": broker})):
                try:
                    done += self._one_anew(document.name)
                except PermanentFailure as failure:
                    shut[document.name.rpartition("/")[2]] = str(failure)
        if shut:
            count = f"{len(shut)} of {done + len(shut)} sets of broker keys could not be sealed anew"
            raise PermanentFailure(f"{count} ({', '.join(sorted(shut))}): {min(shut.values())}")
        return done

    def _one_anew(self, name: str) -> bool:
        """Whether there was something to seal. What changed since it was read is read again."""
        for _ in range(_AGAIN):
            document = self._wire.get([name])[0]
            fields = {} if document is None else document_fields(document)
            if document is None or fields.get("sealed") is None:
                return False
            user_id, broker = str(fields["user_id"]), str(fields["broker"])
            anew = self.sealed(user_id, broker, self._opened(user_id, broker, str(fields["sealed"])))
            request = commit_request(self._wire.database)
            write = add_set(request, name, {"sealed": anew["sealed"]})
            write.current_document.update_time.CopyFrom(document.update_time)
            try:
                self._wire.commit(request)
            except (PreconditionFailed, Contended):
                continue
            return True
        raise Contended(f"{name.rpartition('/')[2]} kept changing while it was sealed anew")

    def _opened(self, user_id: str, broker: str, sealed: str) -> BrokerKeys:
        about = credentials_id(user_id, broker)
        try:
            return keys_from_bytes(broker, self._sealer.open(sealed, about))
        except InvalidValue:
            raise PermanentFailure(f"{COLLECTION}/{about} holds no credentials that this version can use") from None


def credentials_id(user_id: str, broker: str) -> str:
    """The id of their document."""
    return f"{user_id}_{broker}"
