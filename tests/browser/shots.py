"""Takes pictures of the screens on seeded documents: `python -m tests.browser.shots FOLDER`. For looking, no test."""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from playwright.sync_api import Browser, Page, sync_playwright

from local.auth import AuthEmulator
from local.chromium import FLAGS, find_chromium
from local.firestore import FirestoreEmulator
from tests.browser import seeded_brokers, seeded_risk
from tests.browser.dashboard_server import DEMO, DashboardServer, client_of
from tests.browser.pages import Dashboard
from tests.browser.seeded_account import Seeded, seed_account

SCREENS = {"overview": "/", "bot": "/bots/bot-tech", "new-bot": "/bots/new", "orders": "/orders", "trades": "/trades",
           "positions": "/positions", "activity": "/activity", "risk": "/risk", "alerts": "/alerts",
           "records": "/records", "brokers": "/brokers", "more": "/more"}  # fmt: skip


def _write(account: Seeded, fields: dict[str, Any], controls: dict[str, Any] | None = None) -> None:
    account.change("accounts/paper-demo", **fields)
    if controls is not None:
        account.client.document("controls/paper-demo").set(controls)


def _kill(account: Seeded, state: str, **how: bool) -> None:
    _write(account, {"kill": seeded_risk.kill(account.who, **how), "trading_state": state, "halted_reason": "Killed"})


def _check(account: Seeded, grade: str, state: str = "done") -> None:
    account.change("accounts/paper-demo", **seeded_brokers.at_angel_one(account.who))
    found = seeded_brokers.examination(account.who, state, grade=grade)
    account.client.document("examinations/paper-demo_angelone").set(found)


def _wait(account: Seeded) -> None:
    account.change("risk_policies/paper-demo", **LOOSER)
    _write(account, {"policy_next": LOOSER})


# Screens at moments that the plain account does not show: what is written before the picture.
LOOSER = {**seeded_risk.POLICY, "day_loss_max_pct": 5, "positions_max": 12}
MOMENTS: dict[str, tuple[str, Callable[[Seeded], None]]] = {
    "risk-tripped": ("/risk", lambda a: _write(a, seeded_risk.tripped(a.day))),
    "risk-dry": ("/risk", lambda a: _write(a, *seeded_risk.live(a.who, armed=False))),
    "risk-live": ("/risk", lambda a: _write(a, *seeded_risk.live(a.who, armed=True))),
    "risk-waiting": ("/risk", _wait),
    "killing": ("/", lambda a: _kill(a, "REDUCING")),
    "kill-failed": ("/risk", lambda a: _kill(a, "REDUCING", failed=True)),
    "brokers-red": ("/brokers", lambda a: _check(a, "red")),
    "brokers-running": ("/brokers", lambda a: _check(a, "red", "running")),
    "before-open": ("/", lambda a: _check(a, "amber")),
    "killed": ("/risk", lambda a: _kill(a, "HALTED", done=True)),
}
LOOKS = [(1440, "light"), (1440, "dark"), (768, "light"), (768, "dark"), (390, "light"), (390, "dark"), (320, "light")]


@dataclass(frozen=True)
class Picture:
    """Where pictures of one width and theme go."""

    folder: Path
    width: int
    theme: str

    def take(self, page: Page, name: str) -> None:
        """The whole page, however long."""
        page.screenshot(path=self.folder / f"{name}-{self.width}-{self.theme}.png", full_page=True)


def main(folder: Path, names: list[str]) -> None:
    """Start what is needed, seed it, and write one picture a screen and look into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    logs = Path(tempfile.mkdtemp())
    firestore, auth = FirestoreEmulator.start(logs), AuthEmulator.start(logs, "demo-lockstep")
    os.environ["FIRESTORE_EMULATOR_HOST"] = firestore.host
    server = None
    try:
        auth.create_user(DEMO.email, DEMO.password, "demo-owner")
        client = Client(project="demo-lockstep", credentials=AnonymousCredentials())
        seed_account(client, "demo-owner", "paper-demo")
        server = DashboardServer(client_of("demo-lockstep", auth.host, firestore.host, DEMO))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(find_chromium()), args=list(FLAGS))
            for width, theme in LOOKS:
                _look(browser, client, Picture(folder, width, theme), server, names)
            browser.close()
    finally:
        if server:
            server.stop()
        auth.stop()
        firestore.stop()


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{text}\n")


def _nothing(account: Seeded) -> None:
    """The plain account."""


def _look(browser: Browser, client: Client, look: Picture, server: DashboardServer, names: list[str]) -> None:
    size = {"width": look.width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=look.theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda m: say(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: say(f"page error: {e}"))
    dashboard = Dashboard(page, server.url).open()
    page.get_by_role("heading", level=1).wait_for()
    look.take(page, "sign-in")
    dashboard.use_demo_account()
    for name in names:
        account = seed_account(client, "demo-owner", "paper-demo")  # every figure as fresh as on a running stack
        client.document("controls/paper-demo").delete()
        path, prepare = MOMENTS.get(name, (SCREENS.get(name, "/"), _nothing))
        prepare(account)
        audit = seeded_risk.audit_page(account.who, account.day)
        server.answers["GET /audit?account_id=paper-demo&limit=50"] = (200, audit)
        keys = seeded_brokers.SET if name in MOMENTS else seeded_brokers.NOT_SET
        server.answers["GET /credentials/angelone"] = (200, keys)
        server.answers["GET /credentials/coinbase"] = (200, {**keys, "broker": "coinbase"})
        dashboard.open(path)
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(1500)
        look.take(page, name)
        if dashboard.scrolls_sideways():
            say(f"{name} at {look.width}: scrolls sideways")
    page.keyboard.press("Shift+S")
    look.take(page, "stop")
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or [*SCREENS, *MOMENTS])
