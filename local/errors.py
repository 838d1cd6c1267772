"""What can go wrong on this machine, in words a person can act on. Raised in local/; told by local/run and pytest."""


class StackError(Exception):
    """Something on this machine keeps the stack from running; the message is what a person is told."""


class MissingPartError(StackError):
    """A program the stack needs is not on this machine; the message ends with the one command that installs it."""

    def __init__(self, part: str, command: str) -> None:
        super().__init__(f"{part} is missing. Install it with: {command}")
        self.part = part
        self.command = command


class PortTakenError(StackError):
    """Another program listens where the dashboard was to be served."""

    def __init__(self, port: int, holder: str | None, free: int) -> None:
        who = f" by {holder}" if holder else ""
        super().__init__(f"Port {port} is already in use{who}. Free it, or type: PORT={free} make run")
        self.port = port


class ChildEndedError(StackError):
    """A process that was to go on has ended; the message carries the last lines of its log."""

    def __init__(self, name: str, exit_code: int, last_lines: str, log_path: object) -> None:
        tail = last_lines or "(it wrote nothing)"
        super().__init__(
            f"{name} ended unexpectedly with exit code {exit_code}. Its last lines, from {log_path}:\n{tail}"
        )
        self.exit_code = exit_code


class NotAnsweringError(StackError):
    """A process runs, but did not answer within its time."""

    def __init__(self, name: str, within_s: float, last_lines: str, log_path: object) -> None:
        tail = last_lines or "(it wrote nothing)"
        super().__init__(f"{name} did not answer within {within_s:g} s. Its last lines, from {log_path}:\n{tail}")
