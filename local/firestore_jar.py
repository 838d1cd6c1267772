"""Finds the Firestore emulator, or has firebase-tools download it. Feeds local/firestore and local/functions."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from local.child import silence
from local.errors import MissingPartError, StackError
from local.node import find_node
from local.places import FIREBASE, ROOT

CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
IN_CLOUD_SDK = Path("platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")
USUAL_CLOUD_SDKS = (
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
    "~/google-cloud-sdk",
)


def find_jar(say: Callable[[str], None] = silence) -> Path:
    """The emulator's jar: FIRESTORE_EMULATOR_JAR, firebase-tools' cache, a Cloud SDK; else a download.

    Raises MissingPartError where Node.js or firebase-tools is not installed, StackError where the download fails.
    """
    if found := next(_installed(), None):
        return found
    if not FIREBASE.exists():
        raise MissingPartError("The Firestore emulator", "make setup")
    say("downloading the Firestore emulator (about 130 MB, once)")
    answer = subprocess.run(
        [str(find_node().program), str(FIREBASE), "setup:emulators:firestore", "--non-interactive"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found := next(_installed(), None):
        return found
    raise StackError(
        "The Firestore emulator could not be downloaded. Where firebase-tools cannot reach its download, install the "
        f"Cloud SDK's: gcloud components install cloud-firestore-emulator\n{answer.stdout[-800:]}{answer.stderr[-800:]}"
    )


def command(java: Path, jar: Path) -> list[str]:
    """How to start this jar. firebase-tools' names its main class in the manifest, the Cloud SDK's does not."""
    with zipfile.ZipFile(jar) as archive:
        manifest = archive.read("META-INF/MANIFEST.MF").decode(errors="replace")
    if "Main-Class:" in manifest:
        return [str(java), "-jar", str(jar)]
    return [str(java), "-cp", str(jar), CLASS]


def with_main_class(jar: Path, folder: Path) -> Path:
    """A jar that `java -jar` can start, as firebase-tools does: this one, or a small one that points to it."""
    with zipfile.ZipFile(jar) as archive:
        if b"Main-Class:" in archive.read("META-INF/MANIFEST.MF"):
            return jar
    lines = ["Manifest-Version: 1.0", f"Main-Class: {CLASS}", f"Class-Path: {jar.resolve().as_uri()}"]
    wrapped = []
    for line in lines:  # a manifest's lines end at 72 bytes and go on after a blank
        wrapped.append(line[:70])
        wrapped.extend(" " + line[start : start + 69] for start in range(70, len(line), 69))
    folder.mkdir(parents=True, exist_ok=True)
    small = folder / "firestore-emulator.jar"
    with zipfile.ZipFile(small, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "\r\n".join(wrapped) + "\r\n\r\n")
    return small


def _installed() -> Iterator[Path]:
    """Every jar of the emulator that is on this machine, best first."""
    if named := os.environ.get("FIRESTORE_EMULATOR_JAR"):
        yield Path(named)
    cache = Path(os.environ.get("FIREBASE_EMULATORS_PATH", "~/.cache/firebase/emulators")).expanduser()
    yield from sorted(cache.glob("cloud-firestore-emulator-v*.jar"), key=_version, reverse=True)
    for sdk in _cloud_sdks():
        if (jar := sdk / IN_CLOUD_SDK).is_file():
            yield jar


def _version(jar: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in jar.stem.rpartition("-v")[2].split(".") if part.isdigit())


def _cloud_sdks() -> Iterator[Path]:
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parent.parent
    for folder in USUAL_CLOUD_SDKS:
        yield Path(folder).expanduser()
