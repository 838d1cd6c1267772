"""A loopback stand-in for Google's certificate address, and tokens signed with its keys. Real RS256, real x509: what
the emulator never checks. Feeds test_firebase_tokens and test_known_tokens.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from firebase_admin import credentials
from google.auth.credentials import AnonymousCredentials

from engine.adapters.firebase_auth import FirebaseTokenVerifier

PROJECT = "lockstep-test"


class SigningKey:
    """An RSA key with a self-signed certificate, as Google publishes them."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.test")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self.private, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()


def minted(key: SigningKey, *, kid: str | None = "known", **changes: Any) -> str:
    """A token as Firebase issues them, but for `changes`; a claim set to None is left out."""
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": f"https://securetoken.google.com/{PROJECT}", "aud": PROJECT, "sub": "uid-1", "user_id": "uid-1",
        "auth_time": now - 100, "iat": now - 60, "exp": now + 3540, "email": "a@example.com", **changes,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key.private, "RS256", headers={"kid": kid} if kid else None)


class CertificateServer:
    """Answers `{kid: certificate}`, and counts how often it was asked. `body` and `status` may be changed."""

    def __init__(self, keys: dict[str, SigningKey]) -> None:
        self.body = json.dumps({kid: key.pem for kid, key in keys.items()}).encode()
        self.status = 200
        self.asked = 0
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer on a free loopback port until the block ends."""
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                source.asked += 1
                self.send_response(source.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Cache-Control", "public, max-age=3600")
                self.send_header("Content-Length", str(len(source.body)))
                self.end_headers()
                self.wfile.write(source.body)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/certificates"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class NoCredential(credentials.Base):  # type: ignore[misc]
    """What a machine without Google credentials has: enough to verify signatures."""

    def get_credential(self) -> AnonymousCredentials:
        return AnonymousCredentials()


def verifier_of(certificates: CertificateServer, **more: Any) -> FirebaseTokenVerifier:
    """The verifier on that server's certificates, not closed."""
    return FirebaseTokenVerifier(
        PROJECT, credential=NoCredential(), certificates_url=certificates.url, http_timeout_s=60, **more
    )
