"""Verifies Firebase ID tokens by firebase-admin: the TokenVerifier port. Fed by api/authentication; asks Google's
certificates (cached as long as they say) and, for revocation, the identity service. Made by bootstrap.

What is wrong with a token is told from our own small vocabulary: firebase-admin's messages quote pieces of the token.
A token that was found good is known for a minute: the library takes 0.6 ms of CPU to find it good again, most of it a
look at its kept certificates, and all of a process's requests share one interpreter. Revocation is asked for each time.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import firebase_admin
import orjson
from firebase_admin import auth, credentials
from firebase_admin.exceptions import FirebaseError

from engine.domain.errors import OutcomeUnknown, Unauthenticated
from engine.ports import Identity

CLOCK_SKEW_S = 10  # with 0, a token issued by a clock 1 s ahead of ours is refused
HTTP_TIMEOUT_S = 5  # firebase-admin's own is 120 s, longer than any caller waits
KNOWN_S = 60.0  # and no longer than the token itself lasts; firebase-admin keeps certificates for hours
KNOWN_MAX = 1000
_ISSUER = "https://securetoken.google.com/"

MALFORMED = "The token is malformed: it is not a Firebase ID token."
UNSIGNED = "The token is unsigned."
FOREIGN = "The token is of another project."
EXPIRED = "The token has expired."
EARLY = "The token is not valid yet."
WRONG_KEY = "The token is signed with a key that is not in use."
WRONG_SIGNATURE = "The token's signature is wrong."
REVOKED = "The token was revoked. Sign in again."
NO_SUCH_USER = "The token's user is disabled or deleted."


class FirebaseTokenVerifier:
    """See ports.TokenVerifier. Any thread may call it; nothing is opened before the first call.

    `credential` None means the machine's own (application default), needed for revocation alone; with
    FIREBASE_AUTH_EMULATOR_HOST set none is needed, and the emulator's unsigned tokens are taken, however old:
    settings refuses that variable in the cloud. `certificates_url` None means Google's. `now` is the time, in seconds
    since the epoch, by which tokens are known no more.
    """

    def __init__(
        self,
        project: str,
        *,
        credential: credentials.Base | None = None,
        certificates_url: str | None = None,
        http_timeout_s: float = HTTP_TIMEOUT_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._project = project
        self._credential = credential
        self._certificates_url = certificates_url
        self._http_timeout_s = http_timeout_s
        self._lock = threading.Lock()
        self._made: auth.Client | None = None
        self._now = now
        self._known: OrderedDict[str, tuple[float, Identity]] = OrderedDict()  # and until when

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        """See ports.TokenVerifier. Raises OutcomeUnknown when certificates or the identity service don't answer."""
        with self._lock:
            until, known = self._known.get(token, (0.0, None))
        if known is not None and self._now() < until and not check_revoked:
            return known
        header, claims = _segment(token, 0), _segment(token, 1)
        client = self._client()
        self._refuse_by_looks(header, claims, emulated=client.emulated)
        try:
            verified = client.verify_id_token(token, check_revoked=check_revoked, clock_skew_seconds=CLOCK_SKEW_S)
        except auth.ExpiredIdTokenError:
            raise Unauthenticated(EXPIRED) from None
        except auth.RevokedIdTokenError:
            raise Unauthenticated(REVOKED) from None
        except (auth.UserDisabledError, auth.UserNotFoundError):
            raise Unauthenticated(NO_SUCH_USER) from None
        except auth.InvalidIdTokenError as error:
            raise _refusal(error) from None
        except FirebaseError as error:  # CertificateFetchError among them
            raise OutcomeUnknown(f"tokens can't be verified now: {type(error).__name__}") from None
        identity = _identity(verified)
        self._remember(token, identity, verified.get("exp"))
        return identity

    def _remember(self, token: str, identity: Identity, expires_at: object) -> None:
        if not isinstance(expires_at, int):
            return
        with self._lock:
            self._known[token] = (min(self._now() + KNOWN_S, expires_at), identity)
            self._known.move_to_end(token)
            while len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)

    def close(self) -> None:
        """Let go of the app that firebase-admin keeps."""
        with self._lock:
            if self._made is not None:
                firebase_admin.delete_app(self._app)
                self._made = None

    def _client(self) -> auth.Client:
        with self._lock:
            if self._made is None:
                options = {"projectId": self._project, "httpTimeout": self._http_timeout_s}
                # firebase-admin keeps its apps by name in the module: a name of our own keeps two verifiers apart
                self._app = firebase_admin.initialize_app(self._credential, options, name=f"lockstep-{uuid.uuid4()}")
                self._made = auth.Client(self._app)
                if self._certificates_url is not None:
                    self._made._token_verifier.id_token_verifier.cert_url = self._certificates_url
            return self._made

    def _refuse_by_looks(self, header: Mapping[str, Any], claims: Mapping[str, Any], *, emulated: bool) -> None:
        """Say plainly what needs no key to see. Whoever passes still has everything checked by firebase-admin."""
        if claims.get("aud") != self._project or claims.get("iss") != _ISSUER + self._project:
            raise Unauthenticated(FOREIGN)
        if not isinstance(claims.get("iat"), int):
            raise Unauthenticated(MALFORMED)
        if not emulated and header.get("alg") != "RS256":
            unsigned = str(header.get("alg", "none")).lower() == "none"
            raise Unauthenticated(UNSIGNED if unsigned else WRONG_SIGNATURE)
        if not emulated and not isinstance(header.get("kid"), str):
            raise Unauthenticated(WRONG_KEY)


def _segment(token: str, place: int) -> dict[str, Any]:
    """The header or the claims of a token, unverified. Refuses nesting too deep for a parser, too."""
    parts = token.split(".")
    try:
        if len(parts) != 3:
            raise ValueError("not three segments")
        decoded = orjson.loads(base64.urlsafe_b64decode(parts[place] + "=" * (-len(parts[place]) % 4)))
    except (ValueError, binascii.Error):
        raise Unauthenticated(MALFORMED) from None
    if not isinstance(decoded, dict):
        raise Unauthenticated(MALFORMED)
    return decoded


def _refusal(error: auth.InvalidIdTokenError) -> Unauthenticated | OutcomeUnknown:
    """Which of ours a refusal of firebase-admin's is. Its message is only looked at, never passed on."""
    if isinstance(error.cause, json.JSONDecodeError):
        return OutcomeUnknown("tokens can't be verified now: the certificates can't be read")
    message = str(error)
    for sign, refusal in (
        ("too early", EARLY), ("key id", WRONG_KEY), ("signature", WRONG_SIGNATURE), ("Token expired", EXPIRED),
    ):  # fmt: skip
        if sign in message:
            return Unauthenticated(refusal)
    return Unauthenticated(MALFORMED)


def _identity(claims: Mapping[str, Any]) -> Identity:
    email = claims.get("email")
    signed_in_at = claims.get("auth_time", claims.get("iat"))
    try:
        moment = datetime.fromtimestamp(int(str(signed_in_at)), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unauthenticated(MALFORMED) from None
    return Identity(str(claims["uid"]), email if isinstance(email, str) else None, moment)
