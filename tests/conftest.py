"""The real parts that tests run on, one of each a test process: emulators, a browser. Fed by local/; feeds every test.

Nothing starts before a test asks for it, and everything ends with the test process, however that ends. A missing part
fails the test with the one command that installs it.
"""

import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from local.auth import AuthEmulator
from local.chromium import FLAGS, find_chromium
from local.errors import StackError
from local.firestore import FirestoreEmulator
from tests.proof.seeds_seen import said_of

if TYPE_CHECKING:
    from google.cloud.firestore import Client
    from playwright.sync_api import Browser

T = TypeVar("T")
EXPLORING = "exploring"
BUSY_MS = 60_000  # what an idle machine shows at once, one that is busy shows within this
TEST_PROJECT = "demo-lockstep"  # the Auth emulator's; a `demo-` project never touches the network


@pytest.hookimpl(tryfirst=True)  # before hypothesis reads --hypothesis-profile
def pytest_configure() -> None:
    """Hypothesis draws the same examples at each run, and no example fails because the machine was busy.

    A change must not be refused for what another one broke. `pytest --hypothesis-profile=exploring` draws others.
    """
    settings.register_profile(EXPLORING, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
    settings.register_profile("repeatable", settings.get_profile(EXPLORING), derandomize=True, database=None)
    settings.load_profile("repeatable")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what it puts into the background, and the processes that tests interrupt would be deaf too.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def emulator_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this test process that the emulators write their logs to."""
    return tmp_path_factory.mktemp("emulators")


@pytest.fixture(scope="session")
def firestore_emulator(emulator_logs: Path) -> Iterator[FirestoreEmulator]:
    """A Firestore emulator shared by this process's tests: `.host`. Take `firestore_project` with it."""
    from tests.faults.patient import warm

    emulator = _start_or_fail(lambda: FirestoreEmulator.start(emulator_logs))
    warm(emulator.host)
    yield emulator
    emulator.stop()


@pytest.fixture(scope="session")
def auth_emulator(emulator_logs: Path) -> Iterator[AuthEmulator]:
    """An Auth emulator shared by this process's tests: `.host`, `.project`, `.create_user(…)`, `.sign_in(…)`."""
    emulator = _start_or_fail(lambda: AuthEmulator.start(emulator_logs, TEST_PROJECT))
    yield emulator
    emulator.stop()


@pytest.fixture
def firestore_project() -> str:
    """A project id no other test has, so an empty database of one's own."""
    return f"demo-{secrets.token_hex(6)}"


@pytest.fixture
def firestore_client(
    firestore_emulator: FirestoreEmulator, firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator["Client"]:
    """A Firestore client, with a server's rights, on an empty database of this test's own."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.firestore import Client

    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    client = Client(project=firestore_project, credentials=AnonymousCredentials())
    yield client
    client.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless Chromium; a test opens a context of its own in it, `browser.new_context()`, and closes it."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=BUSY_MS)  # five seconds by itself
    path = _start_or_fail(find_chromium)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(path), args=list(FLAGS))
        yield chromium
        chromium.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which fault schedules were run: their seeds are others each time."""
    passed, failed = (terminalreporter.stats.get(outcome, []) for outcome in ("passed", "failed"))
    for line in said_of(told for report in (*passed, *failed) for told in report.user_properties):
        terminalreporter.write_line(line)


def _start_or_fail(start: Callable[[], T]) -> T:
    try:
        return start()
    except StackError as error:
        pytest.fail(str(error), pytrace=False)
