"""The Auth emulator, and the accounts in it. Fed by local/run and tests; feeds local/saved."""

import os
import urllib.error
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from local import http_json
from local.child import Child, silence
from local.errors import ChildEndedError, MissingPartError
from local.node import find_node
from local.places import FIREBASE
from local.ports import LOOPBACK, any_free_port, next_free

TRIES = 3
BOOT_WITHIN_S = 90  # 5 s on an idle machine, all of it computing
SCRIPT = Path(__file__).with_name("auth_emulator.js")


class AuthEmulator:
    """A running Auth emulator; `host` is "127.0.0.1:port", as FIREBASE_AUTH_EMULATOR_HOST wants it.

    Its tokens are issued for `project`, whatever API key a client shows.
    """

    def __init__(
        self,
        log_folder: Path,
        project: str,
        *,
        port: int | None = None,
        but: int | None = None,
        hold: int | None = None,
        say: Callable[[str], None] = silence,
    ) -> None:
        """Begin to start one; `wait` comes before anything else, and others can start meanwhile.

        It listens on `port` or the first free one after it, never on `but`; None takes any. Raises MissingPartError.
        """
        node = find_node().program
        if not FIREBASE.exists():
            raise MissingPartError("firebase-tools", "make setup")
        self.project = project
        self._but = but
        self._command = [str(node), str(SCRIPT), project]
        self._start_child = partial(
            Child, "the Auth emulator", log_path=log_folder / "auth.log", env=os.environ, grace_s=3, hold=hold, say=say
        )
        self._begin(port)

    @classmethod
    def start(cls, log_folder: Path, project: str, *, port: int | None = None) -> "AuthEmulator":
        """Start one and wait until it answers. Raises StackError where that does not come about."""
        emulator = cls(log_folder, project, port=port)
        emulator.wait()
        return emulator

    def wait(self) -> None:
        """Wait until it answers. Raises StackError where it does not."""
        for attempt in range(1, TRIES + 1):
            try:
                self.child.wait_until(lambda: self.child.has_written("ready"), BOOT_WITHIN_S)
            except ChildEndedError:
                # Someone may have taken the port just before it did.
                if attempt == TRIES or not self.child.has_written("EADDRINUSE"):
                    raise
                self._begin(self._port + 1)
            except BaseException:
                self.child.stop()
                raise
            else:
                return

    def _begin(self, port: int | None) -> None:
        self._port = next_free(port, self._but) if port else any_free_port()
        self.host = f"{LOOPBACK}:{self._port}"
        self.child = self._start_child([*self._command, str(self._port)])

    def create_user(self, email: str, password: str, uid: str | None = None) -> str:
        """Create an account whose address counts as verified, or give the one with this uid this password.

        Returns the uid.
        """
        fields = {"email": email, "password": password, "emailVerified": True}
        try:
            answer = self._admin("POST", "accounts", {**fields, **({"localId": uid} if uid else {})})
        except urllib.error.HTTPError as error:
            with error:
                told = error.read().decode()
            if uid is None or not ("DUPLICATE_LOCAL_ID" in told or "EMAIL_EXISTS" in told):
                raise
            answer = self._admin("POST", "accounts:update", {**fields, "localId": uid})
        return str(answer["localId"])

    def sign_in(self, email: str, password: str) -> str:
        """Sign in as a client does; return the ID token. Raises urllib.error.HTTPError for a wrong password."""
        url = f"http://{self.host}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=local"
        answer = http_json.call("POST", url, {"email": email, "password": password, "returnSecureToken": True})
        return str(answer["idToken"])

    def accounts(self) -> list[dict[str, Any]]:
        """Every account, as the emulator keeps it, password hashes included."""
        answer = self._admin("GET", "accounts:batchGet?maxResults=-1")
        return list(answer.get("users", []))

    def restore(self, accounts: list[dict[str, Any]]) -> None:
        """Put back accounts that `accounts` returned."""
        if accounts:
            self._admin("POST", "accounts:batchCreate", {"users": accounts, "allowOverwrite": True})

    def stop(self) -> None:
        """End it; what was not saved is gone."""
        self.child.stop()

    def _admin(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = f"http://{self.host}/identitytoolkit.googleapis.com/v1/projects/{self.project}/{path}"
        answer: dict[str, Any] = http_json.call(method, url, body, headers=http_json.OWNER)
        return answer
