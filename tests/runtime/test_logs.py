"""Every line of the log is one JSON object, whoever wrote it and whatever is in it."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = r"""
import logging, threading, structlog
from engine.runtime.logs import configure_logs
configure_logs("engine")
own = structlog.get_logger()
own.info("started", account="paper-demo")
own.warning('a "quoted"\nname')
library = logging.getLogger("some.library")
library.info("too quiet to be told")
library.warning('bots/%s is left out: %s', 'a"b', "line one\nline two", extra={})
def fail():
    try:
        1 / 0
    except ZeroDivisionError:
        own.exception("worker failed", worker="feed")
        library.exception("mine too")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
"""


def test_every_line_is_json_and_says_which_program_wrote_it_and_how_bad_it_is() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=300, check=True)
    assert ran.stdout == ""
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [(line["severity"], line["message"]) for line in lines] == [
        ("INFO", "started"),
        ("WARNING", 'a "quoted"\nname'),
        ("WARNING", 'bots/a"b is left out: line one\nline two'),
        ("ERROR", "worker failed"),
        ("ERROR", "mine too"),
    ]
    assert lines[0]["account"] == "paper-demo"
    assert lines[2]["logger"] == "some.library"
    assert {line["program"] for line in lines} == {"engine"}
    assert all(line["time"].endswith("Z") for line in lines)
    assert all("ZeroDivisionError" in line["exception"] for line in lines[3:])
