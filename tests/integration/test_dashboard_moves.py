"""The whole product in a real browser: the service trades the demo market, the screen follows without a reload."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from tests.browser.pages import Dashboard
from tests.builders.own_port import own_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EMAIL, PASSWORD, OWNER = "owner@lockstep.test", "a-long-password", "the-owner"
FIRST_POSITION_S = 180


class Service:
    """gunicorn and the engine, as `lockstep serve` starts them."""

    def __init__(self, firestore: FirestoreEmulator, auth: AuthEmulator, folder: Path) -> None:
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
        environment |= {
            "PORT": str(self.port),
            "GOOGLE_CLOUD_PROJECT": auth.project,
            "FIRESTORE_EMULATOR_HOST": firestore.host,
            "FIREBASE_AUTH_EMULATOR_HOST": auth.host,
            "LOCKSTEP_STATE_DIR": str(folder / "state"),
            "LOCKSTEP_OWNER_UID": OWNER,
            "LOCKSTEP_DEMO_EMAIL": EMAIL,
            "LOCKSTEP_DEMO_PASSWORD": PASSWORD,
        }
        self._log = (folder / "service.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine", "serve"], env=environment, stdout=self._log, stderr=self._log
        )

    def await_ready(self) -> None:
        """Wait until it can serve."""
        until = time.monotonic() + 180
        while self._status("/ready") != 200:
            assert self._process.poll() is None, "the service ended"
            assert time.monotonic() < until, "the service is not ready within 180 s"
            time.sleep(0.2)

    def _status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def get(self, path: str, token: str) -> Any:
        """An answer of the API."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(60)
        finally:
            self._process.kill()
            self._log.close()


@pytest.fixture
def service(auth_emulator: AuthEmulator, tmp_path: Path) -> Iterator[Service]:
    """A service on a Firestore emulator of its own: the account's name is the same in every run."""
    auth_emulator.create_user(EMAIL, PASSWORD, OWNER)
    firestore = FirestoreEmulator.start(tmp_path)
    running = Service(firestore, auth_emulator, tmp_path)
    try:
        running.await_ready()
        yield running
    finally:
        running.end()
        firestore.stop()


@pytest.mark.browser
def test_a_position_appears_and_its_pnl_moves_and_another_user_sees_nothing(
    service: Service, auth_emulator: AuthEmulator, browser: Browser
) -> None:
    window = browser.new_context(viewport={"width": 1440, "height": 900})
    page = window.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    dashboard = Dashboard(page, service.url).open().use_demo_account()
    dashboard.row("Open positions", "RELIANCE").wait_for(timeout=FIRST_POSITION_S * 1000)
    loaded_at = page.evaluate("performance.timeOrigin")
    before = dashboard.position_net("RELIANCE")
    page.wait_for_function(
        """before => [...document.querySelectorAll('[role=row], tr')].some(
            row => row.textContent.includes('RELIANCE') && row.querySelector('b')
                && [...row.querySelectorAll('b')].at(-1).textContent !== before)""",
        arg=before,
        timeout=90_000,
    )
    assert page.evaluate("performance.timeOrigin") == loaded_at
    window.close()

    auth_emulator.create_user("other@lockstep.test", PASSWORD, "another")
    token = auth_emulator.sign_in("other@lockstep.test", PASSWORD)
    for path in ("bots", "positions", "signals", "orders", "fills", "trades"):
        assert service.get(f"/api/v1/{path}", token)["items"] == [], path
    window = browser.new_context()
    page = window.new_page()
    stranger = Dashboard(page, service.url).open()
    stranger.sign_in("other@lockstep.test", PASSWORD)
    page.get_by_role("button", name="Sign out").wait_for(timeout=90_000)
    assert "Reliance Momentum" not in page.inner_text("body")
    window.close()
