"""The Firestore emulator: boots in 1.5 s, keeps its data in memory. Fed by local/run and tests; feeds local/saved."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from local import http_json
from local.child import Child, silence
from local.errors import ChildEndedError
from local.firestore_jar import command, find_jar
from local.java import find_java
from local.places import RULES
from local.ports import LOOPBACK, any_free_port, next_free

BOOT_WITHIN_S = 60
HEAP_MB = 512  # the demo's documents of a day take some 50 MB; without a bound the JVM takes a quarter of the machine
TRIES = 3
JVM_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # quick to start, gentle to the other processes


class FirestoreEmulator:
    """A running Firestore emulator; `host` is "127.0.0.1:port", as FIRESTORE_EMULATOR_HOST wants it."""

    def __init__(self, child: Child, port: int) -> None:
        self.child = child
        self.host = f"{LOOPBACK}:{port}"

    @classmethod
    def start(
        cls,
        log_folder: Path,
        *,
        port: int | None = None,
        but: int | None = None,
        seed: Path | None = None,
        rules: Path = RULES,
        hold: int | None = None,
        say: Callable[[str], None] = silence,
    ) -> "FirestoreEmulator":
        """Start one and wait until it answers.

        It listens on `port` or the first free one after it, never on `but`; None takes any. `seed` is the metadata
        file of an export to begin with. Where `rules` exists, browsers and phones are held to it; servers never are.

        Raises StackError where a part is missing or the emulator does not come up.
        """
        program, *start = command(find_java(), find_jar(say))
        options = [f"--host={LOOPBACK}"]
        options += [f"--seed_from_export={seed}"] if seed else []
        options += [f"--rules={rules}"] if rules.exists() else []
        for attempt in range(1, TRIES + 1):
            chosen = next_free(port, but) if port else any_free_port()
            child = Child(
                "the Firestore emulator",
                [program, f"-Xmx{HEAP_MB}m", *JVM_OPTIONS, *start, *options, f"--port={chosen}"],
                log_path=log_folder / "firestore.log", env=os.environ, grace_s=3, hold=hold, say=say,
            )  # fmt: skip
            emulator = cls(child, chosen)
            try:
                child.wait_until(emulator._answers, BOOT_WITHIN_S)
            except ChildEndedError:
                # Someone may have taken the port just before it did.
                if attempt == TRIES or not child.has_written("in use"):
                    raise
            except BaseException:
                child.stop()
                raise
            else:
                return emulator
        raise AssertionError("the last attempt returns or raises")

    def _answers(self) -> bool:
        """Whether it, and not another server on its port, takes requests."""
        return self.child.has_written("is now running") and http_json.status_of(f"http://{self.host}/") == 200

    def export(self, project: str, folder: Path) -> None:
        """Write every document of `project` into the new folder `folder`/firestore, through the emulator itself."""
        shutil.rmtree(folder / "firestore", ignore_errors=True)
        http_json.call(
            "POST",
            f"http://{self.host}/emulator/v1/projects/{project}:export",
            {
                "database": f"projects/{project}/databases/(default)",
                "export_directory": str(folder.resolve()),
                "export_name": "firestore",
            },
            headers=http_json.OWNER,
            within_s=120,
        )

    def clear(self, project: str) -> None:
        """Delete every document of `project`."""
        url = f"http://{self.host}/emulator/v1/projects/{project}/databases/(default)/documents"
        http_json.call("DELETE", url, headers=http_json.OWNER)

    def stop(self) -> None:
        """End it; what was not exported is gone."""
        self.child.stop()
