"""What `make setup` does: everything into the clone, each step once. Run by the Makefile on the system's own Python.

Standard library only, since it runs before anything is installed. A step is skipped while its inputs are the same as
when it last succeeded and what it made is still there.
"""

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from local.errors import MissingPartError, StackError
from local.node import find_node
from local.places import BENCH, FIREBASE, FUNCTIONS, NODE_MODULES, REQUIREMENTS, ROOT, RULES_TESTS, VENV, WEB
from local.system_packages import demand_chromium

# As `npm ci`, the versions and hashes of the lock. `ci` itself wants the variants of a package for every other system
# in the lock too, and refuses one that was made behind a mirror that has only some.
NPM_INSTALL = ("install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_SYSTEM_CERTS": "1"}  # the system's certificates, as pip and npm
WEB_BUILT_FROM = ("src", "public", "index.html", "package.json", "package-lock.json", "*.config.*", "tsconfig*.json")


@dataclass(frozen=True)
class Step:
    """One thing to install: what a person reads, what it depends on, what it makes, where success is noted."""

    says: str
    inputs: tuple[Path, ...]
    makes: Path
    stamp: Path
    act: Callable[[], None]

    def key(self) -> str:
        """A digest of the inputs and of the machine: a clone that moves or a new Python installs anew."""
        digest = hashlib.sha256(f"{ROOT} {platform.machine()} {sys.version_info[:2]}".encode())
        for path in self.inputs:
            digest.update(os.path.relpath(path, ROOT).encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def run(self) -> None:
        """Act, unless that was done with the same inputs and the result is still there."""
        key = self.key()
        if self.makes.exists() and self.stamp.exists() and self.stamp.read_text() == key:
            return
        print(f"{self.says} …", flush=True)
        began = time.monotonic()
        self.stamp.unlink(missing_ok=True)
        self.act()
        self.stamp.write_text(key)
        print(f"{self.says}: done in {time.monotonic() - began:.0f} s", flush=True)


def main(arguments: list[str]) -> int:
    """Install the named parts, all without an argument; return the exit code."""
    parts = {"python": _python, "run": _to_run, "bench": _to_measure, "all": _everything}
    chosen = parts.get(arguments[0] if arguments else "all")
    if chosen is None:
        print(f"usage: python -m local.install [{'|'.join(parts)}]", file=sys.stderr)
        return 2
    with (ROOT / ".setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("another setup is at work in this clone; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            chosen()
        except StackError as error:
            print(f"setup: {error}", file=sys.stderr)
            return 1
    return 0


def _everything() -> None:
    demand_chromium()
    _to_run()
    manifest = (RULES_TESTS / "package.json", RULES_TESTS / "package-lock.json")
    modules = RULES_TESTS / "node_modules"
    stamp = modules / ".lockstep-stamp"
    step = Step(
        "installing the rules tests' packages",
        manifest,
        modules / "vitest",
        stamp,
        lambda: _npm(RULES_TESTS, *NPM_INSTALL),
    )
    step.run()
    _venv_step("installing the functions' Python packages", FUNCTIONS / "venv", FUNCTIONS / "requirements.txt").run()


def _to_measure() -> None:
    _to_run()
    _venv_step("installing the peers to measure beside", BENCH / "venv", REQUIREMENTS / "bench.txt").run()
    freqtrade = BENCH / "venv_freqtrade"
    _venv_step("installing freqtrade to measure beside", freqtrade, REQUIREMENTS / "bench_freqtrade.txt").run()


def _to_run() -> None:
    _python()
    try:
        find_node()
    except MissingPartError:
        _node_step().run()
        find_node.cache_clear()
    manifest = (ROOT / "package.json", ROOT / "package-lock.json")
    stamp = NODE_MODULES / ".lockstep-stamp"
    Step("installing the Firebase emulators", manifest, FIREBASE, stamp, lambda: _npm(ROOT, *NPM_INSTALL)).run()
    manifest = (WEB / "package.json", WEB / "package-lock.json")
    stamp = WEB / "node_modules" / ".lockstep-stamp"
    modules = WEB / "node_modules" / "vite"
    Step("installing the dashboard's packages", manifest, modules, stamp, lambda: _npm(WEB, *NPM_INSTALL)).run()
    sources = tuple(_files(WEB, WEB_BUILT_FROM))
    stamp = WEB / "node_modules" / ".lockstep-built"
    built = WEB / "dist" / "index.html"
    Step("building the dashboard", sources, built, stamp, lambda: _npm(WEB, "run", "build", "--silent")).run()


def _python() -> None:
    _venv_step("installing the Python packages", VENV, REQUIREMENTS / "dev.txt").run()
    pyproject = (ROOT / "pyproject.toml", REQUIREMENTS / "runtime.in", REQUIREMENTS / "research.in")
    install = ("install", "--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT))
    stamp = VENV / ".lockstep-command"
    command = VENV / "bin" / "lockstep"
    Step("installing the lockstep command", pyproject, command, stamp, lambda: _pip(VENV, *install)).run()


def _venv_step(says: str, venv: Path, lock: Path) -> Step:
    """A virtual environment that holds what `lock` names, each package checked against its hash."""

    def act() -> None:
        python = venv / "bin" / "python"
        if not python.exists():
            _run([sys.executable, "-m", "venv", str(venv)], "sudo apt-get install -y python3-venv")
        if venv == VENV:
            lock_of_uv = str(REQUIREMENTS / "installer.txt")
            _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock_of_uv])
        _pip(venv, "install", "--quiet", "--require-hashes", "-r", str(lock))

    return Step(says, (lock, REQUIREMENTS / "installer.txt"), venv / "bin" / "python", venv / ".lockstep-stamp", act)


def _node_step() -> Step:
    lock = REQUIREMENTS / "node.txt"
    install = ("install", "--quiet", "--require-hashes", "-r", str(lock))
    return Step("installing Node.js", (lock,), VENV, VENV / ".lockstep-node", lambda: _pip(VENV, *install))


def _pip(venv: Path, *arguments: str) -> None:
    """Install by uv, and by pip where uv does not get there: it reads another configuration, a mirror's for example."""
    python, uv = str(venv / "bin" / "python"), VENV / "bin" / "uv"
    if uv.exists():
        try:
            _run([str(uv), "pip", *arguments, "--python", python])
        except StackError as error:
            print(f"{error} Trying pip.", flush=True)
        else:
            return
    _run([python, "-m", "pip", *arguments])


def _npm(folder: Path, *arguments: str) -> None:
    node = find_node()
    _run([*node.npm, *arguments], cwd=folder, env=node.environment())


def _run(command: list[str], hint: str | None = None, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command to its end; raise StackError, with the hint, where it fails."""
    answer = subprocess.run(
        command, cwd=cwd, env={**os.environ, **QUIET, **(env or {})}, stdin=subprocess.DEVNULL, check=False
    )
    if answer.returncode:
        means = f" If a part is missing, type: {hint}" if hint else ""
        raise StackError(f"`{' '.join(command)}` failed with exit code {answer.returncode}; see above.{means}")


def _files(folder: Path, patterns: Iterable[str]) -> Iterable[Path]:
    """Every file that matches, folders entered, in a fixed order."""
    for pattern in patterns:
        for found in sorted(folder.glob(pattern)):
            yield from sorted(path for path in found.rglob("*") if path.is_file()) if found.is_dir() else (found,)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
