"""One process of the stack: its log, its guard, its end. Fed by local/firestore, auth and service; feeds local/run."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.errors import ChildEndedError, NotAnsweringError

GUARD = Path(__file__).with_name("guard.py")
PROBE_EVERY_S = 0.05
TOLD_AFTER_S = 2.0  # whatever takes longer says so
TOLD_EVERY_S = 10.0
LINE_SHOWN = 600  # bytes; a JSON log line can carry a whole traceback


def silence(_line: str) -> None:
    """Where progress goes when nobody reads it."""


class Child:
    """A process that runs in a session of its own and ends with us, whatever ends us.

    `hold` is a descriptor that stays open until the process has ended. `say` is given a line when a wait takes longer
    than two seconds.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log_path: Path,
        env: Mapping[str, str],
        cwd: Path | None = None,
        grace_s: float = 5.0,
        hold: int | None = None,
        say: Callable[[str], None] = silence,
    ) -> None:
        self.name = name
        self.log_path = log_path
        self._grace_s = grace_s
        self._say = say
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            self._log_start = log.tell()
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), str(grace_s), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=() if hold is None else (hold,),
            )

    def exit_code(self) -> int | None:
        """The process's exit code, None while it runs."""
        return self._guard.poll()

    def last_lines(self, count: int = 12) -> str:
        """The end of what it has written since this start."""
        with self.log_path.open("rb") as log:
            log.seek(self._log_start)
            lines = deque(log, maxlen=count)
        return "\n".join(line[:LINE_SHOWN].decode(errors="replace").rstrip() for line in lines)

    def has_written(self, text: str) -> bool:
        """Whether this text is in what it has written since this start."""
        with self.log_path.open("rb") as log:
            log.seek(self._log_start)
            return text.encode() in log.read()

    def check(self) -> None:
        """Raise ChildEndedError where the process has ended by itself."""
        code = self.exit_code()
        if code is not None:
            self.stop()  # lets go of the lifeline
            raise ChildEndedError(self.name, code, self.last_lines(), self.log_path)

    def wait_until(self, answers: Callable[[], bool], within_s: float) -> None:
        """Wait until `answers()` is true.

        Raises ChildEndedError where the process ends first, NotAnsweringError after `within_s` seconds.
        """
        began = time.monotonic()
        tell_at = began + TOLD_AFTER_S
        while not answers():
            self.check()
            now = time.monotonic()
            if now - began > within_s:
                raise NotAnsweringError(self.name, within_s, self.last_lines(), self.log_path)
            if now >= tell_at:
                self._say(f"waiting for {self.name} ({now - began:.0f} s)")
                tell_at = now + TOLD_EVERY_S
            time.sleep(PROBE_EVERY_S)

    def stop(self) -> int:
        """End the process and all it started; return its exit code. A second call changes nothing."""
        if self._guard.stdin and not self._guard.stdin.closed:
            self._guard.stdin.close()  # the lifeline
        try:
            return self._guard.wait(timeout=self._grace_s + 5)
        except subprocess.TimeoutExpired:  # a stopped (SIGSTOP) guard; on Linux its process dies with it
            self._guard.kill()
            return self._guard.wait()
