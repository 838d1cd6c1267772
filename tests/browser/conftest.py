"""A dashboard of a test's own: server, seeded account, page. Fed by tests/conftest.py; feeds the browser tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from local import http_json
from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator
from tests.browser.dashboard_server import DEMO, DashboardServer, client_of
from tests.browser.pages import Dashboard
from tests.browser.seeded_account import Seeded, seed_account

if TYPE_CHECKING:
    from google.cloud.firestore import Client
    from playwright.sync_api import Browser, BrowserContext

OWNER = "demo-owner"
WIDE = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Stack:
    """What one test runs on: its server, its own database, the accounts' emulator."""

    server: DashboardServer
    firestore: "Client"
    auth: AuthEmulator
    firestore_host: str

    def set_rules(self, body: str) -> None:
        """Put this test's database, and no other's, under rules of its own."""
        source = f"rules_version = '2'; service cloud.firestore {{ match /databases/{{d}}/documents {{ {body} }} }}"
        url = f"http://{self.firestore_host}/emulator/v1/projects/{self.firestore.project}:securityRules"
        http_json.call("PUT", url, {"rules": {"files": [{"content": source}]}}, headers=http_json.OWNER)

    def seed(self, user_id: str = OWNER, account_id: str = "paper-demo", name: str = "Demo") -> Seeded:
        """Write a whole account as the engine would have."""
        return seed_account(self.firestore, user_id, account_id, name=name)


@pytest.fixture
def stack(
    firestore_emulator: FirestoreEmulator, auth_emulator: AuthEmulator, firestore_client: "Client"
) -> Iterator[Stack]:
    """A server for the built client, on an empty database."""
    auth_emulator.create_user(DEMO.email, DEMO.password, OWNER)
    server = DashboardServer(client_of(firestore_client.project, auth_emulator.host, firestore_emulator.host, DEMO))
    yield Stack(server, firestore_client, auth_emulator, firestore_emulator.host)
    server.stop()


@pytest.fixture
def window(browser: "Browser") -> Iterator[Callable[..., "BrowserContext"]]:
    """Opens a browser window with nothing in it; every one is closed afterwards."""
    opened: list[BrowserContext] = []

    def open_window(**options: object) -> "BrowserContext":
        context = browser.new_context(**{"viewport": WIDE, **options})  # type: ignore[arg-type]
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def visit(stack: Stack, window: Callable[..., "BrowserContext"]) -> Callable[..., Dashboard]:
    """Opens the dashboard in a window of its own, signed out. The test fails on any error of the page's own."""

    def open_dashboard(**options: object) -> Dashboard:
        page = window(**options).new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
        return Dashboard(page, stack.server.url).open()

    return open_dashboard
