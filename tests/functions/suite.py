"""firebase-tools' Firestore and Functions emulators together, on functions/. Fed by local/; used by the tests here."""

import base64
import fcntl
import json
import os
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from google.cloud.firestore_v1._helpers import encode_dict
from google.cloud.firestore_v1.types import Document

from local.child import Child
from local.errors import ChildEndedError, MissingPartError
from local.firestore_jar import find_jar, with_main_class
from local.java import find_java
from local.node import find_node
from local.places import FIREBASE, FUNCTIONS
from local.ports import LOOPBACK, free_ports

PARTS = ("hub", "logging", "eventarc", "tasks", "functions", "firestore")
BOOT_WITHIN_S = 120  # 5 s on an idle machine
TRIES = 3
JAVA_AT_LEAST = 21  # firebase-tools 15 starts the Firestore emulator with nothing older
# firebase-tools asks the functions what they are on the first free port from 8081, and two that start at the same time
# take the same one; so they start one after another.
STARTING = Path(tempfile.gettempdir()) / "lockstep-functions-emulator.lock"
TRIGGER = "asia-south1-notify_of_signal-0"  # region, function and its number, as the Functions emulator names them


class FunctionsSuite:
    """A running suite; `firestore_host` is "127.0.0.1:port". Leaving the context ends it with all it started."""

    def __init__(self, folder: Path, project: str) -> None:
        """One on free ports, with its files in `folder`; entering the context starts it. Raises MissingPartError."""
        for part in (FIREBASE, FUNCTIONS / "venv" / "bin" / "python"):
            if not part.exists():
                raise MissingPartError(str(part.relative_to(FUNCTIONS.parent)), "make setup")
        self.project = project
        self._folder = folder
        self._choose_ports()
        (folder / "functions").symlink_to(FUNCTIONS)

    def _choose_ports(self) -> None:
        """Anew for each attempt: a port that was free a while ago may be another's by now."""
        names = (*PARTS, "websocket")
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.firestore_host = f"{LOOPBACK}:{self._ports['firestore']}"
        (self._folder / "firebase.json").write_text(json.dumps(self._config()))

    def __enter__(self) -> "FunctionsSuite":
        """Start it and wait until it answers. Raises StackError."""
        with STARTING.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            for attempt in range(1, TRIES + 1):
                self._choose_ports()
                self._child = self._started()
                try:
                    self._child.wait_until(lambda: self._child.has_written("All emulators ready"), BOOT_WITHIN_S)
                    if self._child.has_written("firestore function initialized"):
                        return self
                except ChildEndedError:
                    if attempt == TRIES or not self._child.has_written("port taken"):
                        raise
                except BaseException:
                    self._child.stop()
                    raise
                self._child.stop()  # another clone may have had the port between its choice and its use
        raise AssertionError(f"the functions did not load in {TRIES} attempts, the last:\n{self.log()}")

    def __exit__(self, *_exception: object) -> None:
        self._child.stop()

    def deliver(self, event_id: str, signal_id: str, signal: dict[str, Any]) -> int:
        """Hand the function the event that `trading_signals/{signal_id}` was created; return the answer's status.

        The form is the platform's: a CloudEvent in binary mode around a protobuf `DocumentEventData`, whose field 1 is
        the document. The Functions emulator takes the protobuf in base 64.
        """
        database = f"projects/{self.project}/databases/(default)"
        name = f"{database}/documents/trading_signals/{signal_id}"
        document = Document.serialize(Document(name=name, fields=encode_dict(signal)))
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{self._ports['functions']}/functions/projects/{self.project}/triggers/{TRIGGER}",
            data=base64.b64encode(b"\x0a" + _varint(len(document)) + document),
            headers={
                "ce-specversion": "1.0",
                "ce-id": event_id,
                "ce-type": "google.cloud.firestore.document.v1.created",
                "ce-source": f"//firestore.googleapis.com/{database}",
                "ce-subject": f"documents/trading_signals/{signal_id}",
                "ce-time": "2026-01-05T04:00:00.000000Z",
                "ce-location": "asia-south1",
                "ce-project": self.project,
                "ce-database": "(default)",
                "ce-namespace": "(default)",
                "ce-document": f"trading_signals/{signal_id}",
                "content-type": "application/protobuf",
            },
        )
        with urllib.request.urlopen(request, timeout=180) as answer:
            return int(answer.status)

    def log(self) -> str:
        """The end of what the emulators and the function have written."""
        return self._child.last_lines(60)

    def _started(self) -> Child:
        java, node = find_java(JAVA_AT_LEAST), find_node()
        return Child(
            "the Functions emulator",
            [str(node.program), str(FIREBASE), "emulators:start", "--only", "firestore,functions",
             "--project", self.project, "--config", str(self._folder / "firebase.json"), "--non-interactive"],
            log_path=self._folder / "suite.log",
            env={
                **node.environment(),
                "PATH": os.pathsep.join((str(java.parent), node.environment()["PATH"])),
                "FIRESTORE_EMULATOR_BINARY_PATH": str(with_main_class(find_jar(), self._folder)),
                "FUNCTIONS_DISCOVERY_TIMEOUT": str(BOOT_WITHIN_S),
            },
            cwd=self._folder,
            grace_s=15,
        )  # fmt: skip

    def _config(self) -> dict[str, Any]:
        emulators: dict[str, Any] = {name: {"host": LOOPBACK, "port": self._ports[name]} for name in PARTS}
        emulators["firestore"]["websocketPort"] = self._ports["websocket"]
        emulators["ui"] = {"enabled": False}
        return {"functions": [{"source": "functions", "runtime": "python311"}], "emulators": emulators}


def _varint(number: int) -> bytes:
    """A whole number in protobuf's base 128, least significant group first."""
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
