"""Finds the browser that the tests drive. Feeds tests/conftest.py."""

import shutil
import sys
from pathlib import Path

from local.errors import MissingPartError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--no-sandbox",  # tests run as root in containers; the browser sees only our own pages
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers often have 64 MB of it
    "--no-first-run",
)
COMMAND = "brew install --cask chromium" if sys.platform == "darwin" else "sudo apt-get install -y chromium"


def find_chromium() -> Path:
    """The Chromium or Chrome of this machine. Raises MissingPartError."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    for path in map(Path, ON_MACOS):
        if path.exists():
            return path
    raise MissingPartError("Chromium", COMMAND)
