"""Starts the service and its engine against the emulators. Fed by local/run."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local import http_json
from local.child import Child
from local.options import Options
from local.places import LOCAL_STATE, ROOT, WEB
from local.ports import LOOPBACK

PROJECT = "demo-lockstep"  # a `demo-` project never touches the network
OWNER_UID = "demo-owner"
OWNER_EMAIL = "demo@lockstep.test"
OWNER_PASSWORD = "lockstep-demo"  # noqa: S105 - shown on the sign-in page, of an emulator on this machine
COMMAND = (sys.executable, "-m", "engine", "serve")
READY_WITHIN_S = 120
KEPT = (
    *("LOCKSTEP_ALERTS", "LOCKSTEP_ALERTS_FILE"),  # where alerts go, also from a demo
    *("LOCKSTEP_ANGELONE_AT", "LOCKSTEP_ANGELONE_CA", "LOCKSTEP_ANGELONE_PRODUCT"),
    "LOCKSTEP_COINBASE_AT",
)
GRACE_S = 12.0  # the service ends within 8 s of SIGTERM


def environment(options: Options, firestore: str, auth: str) -> dict[str, str]:
    """The service's environment; `firestore` and `auth` are the emulators' addresses, "127.0.0.1:port"."""
    return {
        **{key: value for key, value in os.environ.items() if key in KEPT or not key.startswith("LOCKSTEP_")},
        "LOCKSTEP_ROLE": "all",
        "PORT": str(options.port),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": firestore,
        "FIREBASE_AUTH_EMULATOR_HOST": auth,
        "LOCKSTEP_STATE_DIR": os.environ.get("LOCKSTEP_STATE_DIR") or str(LOCAL_STATE / "state"),
        "LOCKSTEP_OWNER_UID": OWNER_UID,
        "LOCKSTEP_FEED": options.feed,
        "LOCKSTEP_DATA": options.data,
        "LOCKSTEP_SPEED": options.speed,
        "LOCKSTEP_BOTS": options.bots,
        "LOCKSTEP_VENUE": options.venue,
        "STRATEGIES_DIR": options.strategies,
        "LOCKSTEP_DEMO_EMAIL": OWNER_EMAIL,
        "LOCKSTEP_DEMO_PASSWORD": OWNER_PASSWORD,
        "LOCKSTEP_WEB_DIR": str(WEB / "dist"),
        "PYTHONUNBUFFERED": "1",
    }


def start(
    options: Options,
    firestore: str,
    auth: str,
    log_folder: Path,
    command: Sequence[str],
    hold: int,
    say: Callable[[str], None],
) -> Child:
    """Start the service and wait until `GET /ready` answers 200. Raises StackError where it does not come up."""
    child = Child(
        "the service", command,
        log_path=log_folder / "service.log", env=environment(options, firestore, auth), cwd=ROOT,
        grace_s=GRACE_S, hold=hold, say=say,
    )  # fmt: skip
    try:
        child.wait_until(lambda: http_json.status_of(f"http://{LOOPBACK}:{options.port}/ready") == 200, READY_WITHIN_S)
    except BaseException:
        child.stop()
        raise
    return child
