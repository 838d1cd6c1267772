"""What keeps the tree tidy, as functions from a folder to what is wrong in it. Feeds test_tidy.py beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("engine", "local", "functions", "bench", "tests", "deploy", "main.py")
WEB_SOURCES = ("web/src", "web/dev")
NOT_OURS = {"node_modules", "venv", "venv_freqtrade", "__pycache__", "dist", "results"}
LINES_MAX = 250
FUNCTION_LINES_MAX = 60
SAYS_NOTHING = re.compile(r"^(?:.*_)?(?:utils?|helpers?|common|base|managers?|misc)$")
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
DETERMINISTIC = ("engine/domain", "engine/core", "engine/strategies", "engine/simulation")
DIFFERS_FROM_RUN_TO_RUN = {"id", "hash", "open", "input", "breakpoint", "exec", "eval"}
LOCKS = ("requirements/*.txt", "functions/requirements.txt", "package-lock.json", "web/package-lock.json",
         "tests/*/package-lock.json")  # fmt: skip
DOWNLOAD_ADDRESS = re.compile(
    r'"resolved"\s*:|^\s*--(?:extra-)?(?:index-url|find-links)|^[^#]*@\s*\w+://', re.MULTILINE
)


def findings(root: Path) -> list[str]:
    """Everything that is untidy under `root`, one sentence each, sorted."""
    found: list[str] = []
    for path in sorted({*_files(root, SOURCES, ("*.py",)), *_files(root, WEB_SOURCES, ("*.ts", "*.tsx"))}):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        found += (f"{name}: {wrong}" for wrong in _in_file(name, text))
    for pattern in LOCKS:
        for path in sorted(root.glob(pattern)):
            if address := DOWNLOAD_ADDRESS.search(path.read_text()):
                found.append(f"{path.relative_to(root).as_posix()}: names a place to download from: {address.group()}")
    return found


def _files(root: Path, folders: tuple[str, ...], patterns: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        if (root / folder).is_file():
            yield root / folder
        for pattern in patterns:
            for path in (root / folder).rglob(pattern):
                if not NOT_OURS & set(path.relative_to(root).parts):
                    yield path


def _in_file(name: str, text: str) -> Iterator[str]:
    path = Path(name)
    if SAYS_NOTHING.match(path.stem.lower()):
        yield "the name says nothing of what it owns"
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{lines} lines, {LINES_MAX} are allowed"
    if later := LATER.search(text):
        yield f"{later.group()}: do it, or file it"
    if path.suffix == ".py":
        yield from _in_python(name, ast.parse(text))


def _in_python(name: str, module: ast.Module) -> Iterator[str]:
    first_line = (ast.get_docstring(module) or "").partition("\n")[0]
    if len(first_line.split()) < 3 and not (name.startswith("tests/") and not module.body):
        yield "the first docstring line does not say what the file owns"
    deterministic = name.startswith(DETERMINISTIC)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{node.name} takes {length} lines, {FUNCTION_LINES_MAX} are allowed"
        if name.startswith("tests/") and _is_skip(node):
            yield "a test is skipped; a missing part is a failure"
        if deterministic and (wrong := _indeterminate(node)):
            yield f"line {node.lineno}: {wrong}"  # type: ignore[attr-defined]


def _is_skip(node: ast.AST) -> bool:
    """`pytest.skip`, `pytest.mark.skip`, `skipif`, `importorskip`."""
    return isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "importorskip"}


def _indeterminate(node: ast.AST) -> str | None:
    """What makes a deterministic room differ from run to run and is no import, which ruff sees."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DIFFERS_FROM_RUN_TO_RUN:
        return f"{node.func.id}() has no place in a deterministic room"
    if isinstance(node, ast.For | ast.comprehension) and _is_set(node.iter):
        return "the order of a set differs from run to run; sort it"
    return None


def _is_set(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp)
