"""The owner of a running service, signed in just now, with their keys of a broker. Used by tests over HTTP."""

from __future__ import annotations

import urllib.error
from typing import Any

from local import http_json
from local.auth import AuthEmulator
from tests.integration.engine_process import OWNER
from tests.integration.service_process import Service

EMAIL, PASSWORD = "keys@lockstep.test", "lockstep-owner"  # the emulator is shared: an address is one person


class Owner:
    """What they do with the keys of one broker, as the dashboard speaks."""

    def __init__(self, running: Service, auth: AuthEmulator, broker: str) -> None:
        auth.create_user(EMAIL, PASSWORD, OWNER)
        self._running, self._at = running, f"http://127.0.0.1:{running.port}/api/v1/credentials/{broker}"
        self._headers = {"Authorization": f"Bearer {auth.sign_in(EMAIL, PASSWORD)}"}

    def keys(self) -> dict[str, Any]:
        """What is told of them."""
        return self._call("GET")

    def give(self, keys: dict[str, str]) -> bool:
        """Whether the service took them: before the engine has told whose its account is, it has nobody to tell."""
        try:
            return bool(self._call("PUT", keys)["set"])
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 409:
                raise
            return False

    def take_back(self) -> None:
        """No keys any more."""
        assert self._call("DELETE")["set"] is False

    def check(self) -> dict[str, dict[str, Any]]:
        """The lines of a new check, by name."""
        asked = http_json.call("POST", f"{self._at}/test", None, headers=self._headers)
        self._running.await_that(lambda: self._made(asked["command_id"]), 60, "the check")
        lines: list[dict[str, Any]] = self.keys()["test"]["findings"]
        return {line["name"]: line for line in lines}

    def _made(self, command_id: str) -> bool:
        test = self.keys()["test"]
        return test is not None and test["command_id"] == command_id and test["state"] == "done"

    def _call(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = http_json.call(method, self._at, body, headers=self._headers)
        return found
