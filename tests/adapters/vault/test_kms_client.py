"""Google's own client takes our calls, and its wire carries them: a KMS on loopback speaks gRPC with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.kms_v1 import KeyManagementServiceClient
from google.cloud.kms_v1.services.key_management_service.transports import KeyManagementServiceGrpcTransport
from google.cloud.kms_v1.types import DecryptRequest, DecryptResponse, EncryptRequest, EncryptResponse

from engine.adapters.vault.envelope import Envelope
from engine.adapters.vault.kms_keys import KmsKeys
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from tests.adapters.vault.keepers import NAME, TwinKms

SERVICE = "google.cloud.kms.v1.KeyManagementService"


@contextmanager
def served(twin: TwinKms) -> Iterator[tuple[grpc.Server, str]]:
    """The twin behind gRPC on a port of its own."""

    def encrypt(request: Any, context: grpc.ServicerContext) -> Any:
        return EncryptResponse(ciphertext=twin.encrypt(request=_asked(request), retry=None, timeout=1.0).ciphertext)

    def decrypt(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return DecryptResponse(plaintext=twin.decrypt(request=_asked(request), retry=None, timeout=1.0).plaintext)
        except InvalidArgument as error:  # the client makes its own of the code
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    calls = {
        name: grpc.unary_unary_rpc_method_handler(call, kind.deserialize, reply.serialize)
        for name, call, kind, reply in (
            ("Encrypt", encrypt, EncryptRequest, EncryptResponse),
            ("Decrypt", decrypt, DecryptRequest, DecryptResponse),
        )
    }
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, calls),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield server, f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()


def _asked(request: Any) -> dict[str, Any]:
    names = ("name", "plaintext", "ciphertext", "additional_authenticated_data")
    return {name: getattr(request, name) for name in names if hasattr(request, name)}


def test_the_client_library_wraps_and_unwraps_and_tells_who_may_not() -> None:
    with served(TwinKms()) as (server, address):
        channel = grpc.insecure_channel(address)
        client = KeyManagementServiceClient(transport=KeyManagementServiceGrpcTransport(channel=channel))
        envelope = Envelope(KmsKeys(NAME, client))
        sealed = envelope.seal(b"secret", "anna_angelone")
        assert envelope.open(sealed, "anna_angelone") == b"secret"
        with pytest.raises(PermanentFailure):
            envelope.open(sealed, "ben_angelone")
        server.stop(0).wait()
        with pytest.raises(OutcomeUnknown):
            envelope.open(sealed, "anna_angelone")
        channel.close()
