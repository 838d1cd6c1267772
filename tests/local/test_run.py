"""The launcher behind `make run`, as a process of its own, on real emulators. Fed by tests/local/launched.py."""

import signal
import socket
import urllib.request
from pathlib import Path

import psutil
import pytest

from local import http_json
from tests.builders.own_port import own_port
from tests.local.launched import Launched, all_gone


def fills_in(firestore: object) -> int:
    """How many fills the emulator at this address holds."""
    url = f"http://{firestore}/v1/projects/demo-lockstep/databases/(default)/documents/fills"
    return len(http_json.call("GET", url, headers=http_json.OWNER).get("documents", []))


def signs_in(auth: object) -> bool:
    """Whether the demo user can sign in at this Auth emulator."""
    url = f"http://{auth}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=local"
    body = {"email": "demo@lockstep.test", "password": "lockstep-demo", "returnSecureToken": True}
    return http_json.call("POST", url, body)["localId"] == "demo-owner"


def test_ctrl_c_and_kill_9_end_everything_and_the_next_start_goes_on_with_the_same_books(tmp_path: Path) -> None:
    port = own_port()
    with Launched(tmp_path, port) as first:
        ready = first.line("ready: ")
        assert ready["dashboard"] == f"http://127.0.0.1:{port}"
        assert signs_in(ready["auth"])
        assert 0 <= float(str(first.line("first fill: ")["after_s"])) < 120
        started = first.descendants()
        assert len(started) >= 6, "three guards, two emulators and the service"
        first.signal(signal.SIGINT)
        assert first.exit_code() == 0
        assert not all_gone(started)
    with Launched(tmp_path, port) as second:
        ready = second.line("ready: ")
        assert fills_in(ready["firestore"]) == 2, "one of the run before, one of this one"
        assert signs_in(ready["auth"])
        started = second.descendants()
        second.signal(signal.SIGKILL)
        with Launched(tmp_path, port) as third:
            third.line("ready: ")
            assert not all_gone(started)


def test_reset_begins_anew_and_a_service_that_ends_by_itself_is_told_with_its_last_lines_and_ends_all(
    tmp_path: Path,
) -> None:
    port = own_port()
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "journal").write_text("old")
    with Launched(tmp_path, port, RESET="1") as launched:
        launched.line("ready: ")
        assert not (tmp_path / "state").exists()
        started = launched.descendants()
        with Launched(tmp_path, own_port()) as beside:
            assert beside.exit_code() == 1
            assert f"already runs from this clone (process {launched.pid})" in beside.text()
        with pytest.raises(OSError, match=r"Remote end closed|reset"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/die")
        assert launched.exit_code() == 1
        assert not all_gone(started)
        text = launched.text()
    assert "error: the service ended unexpectedly with exit code 3" in text
    assert "ended because it was told to" in text


def test_a_taken_port_is_named_with_what_to_type_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Launched(tmp_path, port) as launched:
            assert launched.exit_code() == 1
            text = launched.text()
    assert f"Port {port} is already in use by {psutil.Process().name()} (process {psutil.Process().pid})" in text
    assert "make run" in text.split("type: PORT=")[1]
    assert not (tmp_path / "logs").exists()


def test_a_wrong_word_is_refused_before_anything_happens(tmp_path: Path) -> None:
    with Launched(tmp_path, own_port(), FEED="moon") as launched:
        assert launched.exit_code() == 1
        assert "FEED=moon is not a market. Choose one of: demo, replay" in launched.text()
    assert not list(tmp_path.iterdir())
