"""The dashboard's screens as a reader uses them. Fed by a browser page; feeds the browser and full-stack tests."""

import re

from playwright.sync_api import Locator, Page, expect

# The address of every screen, on the seeded account.
SCREENS = (
    "/", "/bots", "/bots/bot-tech", "/bots/bot-tech/edit", "/bots/new", "/positions", "/orders", "/fills", "/trades",
    "/activity", "/risk", "/alerts", "/records", "/brokers", "/more",
)  # fmt: skip


class Dashboard:
    """One page of the dashboard at `url`; every method waits for what it names and fails where it does not come."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/") -> "Dashboard":
        """Load an address."""
        self.page.goto(self.url + path)
        return self

    def use_demo_account(self) -> "Dashboard":
        """The one press that signs in, and the overview it leads to."""
        self.page.get_by_role("button", name="Use the demo account").click()
        return self.on("Overview")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in by e-mail and password; waits for nothing."""
        self.page.get_by_label("E-mail", exact=True).fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_in_as_google_user(self, email: str) -> None:
        """Sign in as the Auth emulator plays Google."""
        self.page.get_by_text("Google, as the local emulator plays it").click()
        self.page.get_by_label("Google e-mail").fill(email)
        self.page.get_by_role("button", name="Sign in as this Google user").click()

    def sign_out(self) -> None:
        """Sign out, back to the way in."""
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    def on(self, title: str) -> "Dashboard":
        """Be on the screen with this title."""
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()
        return self

    def go(self, name: str) -> "Dashboard":
        """Go to a screen by the side bar."""
        self.page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name=name).click()
        return self.on(name)

    def pane(self, title: str) -> Locator:
        """The pane with this title."""
        return self.page.get_by_role("region", name=title, exact=True)

    def row(self, pane: str, text: str | re.Pattern[str]) -> Locator:
        """The rows of a pane's table that hold this text."""
        return self.pane(pane).get_by_role("row").filter(has_text=text)

    def position_net(self, symbol: str) -> str:
        """The net P&L of the open position in this symbol, as written on the screen."""
        return self.row("Open positions", symbol).get_by_role("cell").last.locator("b").inner_text()

    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
