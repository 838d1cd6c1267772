"""The tree is tidy, and each rule of tidiness bites. Stands on tests/architecture/tidy_rules.py."""

from pathlib import Path

import pytest

from local.places import ROOT
from tests.architecture.tidy_rules import FUNCTION_LINES_MAX, LINES_MAX, findings

GOOD = '"""Owns one thing, fed by nobody."""\n'
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
LATER = "TO" + "DO"


def test_the_tree_is_tidy() -> None:
    assert findings(ROOT) == []


def test_a_tidy_file_is_left_alone(tmp_path: Path) -> None:
    plant(tmp_path, "engine/core/bars.py", GOOD + "x = sorted({1, 2})\n" * (LINES_MAX - 1))
    plant(tmp_path, "functions/venv/utils.py", "")
    plant(tmp_path, "requirements/dev.txt", "flask==3.1.3 \\\n    --hash=sha256:00\n    # via -r dev.in\n")
    plant(tmp_path, "package-lock.json", '{"funding": {"url": "https://example.org"}, "integrity": "sha512-"}')
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("engine/utils.py", GOOD, "the name says nothing"),
        ("engine/runtime/order_manager.py", GOOD, "the name says nothing"),
        ("web/src/helpers.ts", "", "the name says nothing"),
        ("local/base.py", GOOD, "the name says nothing"),
        ("tests/common.py", GOOD, "the name says nothing"),
        ("engine/core/bars.py", GOOD + "x = 1\n" * LINES_MAX, "251 lines, 250 are allowed"),
        ("web/src/chart.tsx", "//\n" * (LINES_MAX + 1), "251 lines, 250 are allowed"),
        ("main.py", GOOD + LONG_FUNCTION, "f takes 61 lines, 60 are allowed"),
        ("engine/core/bars.py", GOOD + "async " + LONG_FUNCTION, "f takes 61 lines"),
        ("bench/peers.py", "x = 1\n", "the first docstring line"),
        ("engine/core/bars.py", '"""Bars"""\n', "the first docstring line"),
        ("engine/core/bars.py", f"{GOOD}x = 1  # {LATER}: later\n", f"{LATER}: do it"),
        ("web/src/chart.ts", f"// {LATER} later\n", f"{LATER}: do it"),
        ("tests/test_x.py", GOOD + "import pytest\npytest.skip('no browser')\n", "a test is skipped"),
        ("tests/test_x.py", GOOD + "@pytest.mark.skipif(True)\ndef test(): ...\n", "a test is skipped"),
        ("engine/core/bars.py", GOOD + "x = id(1)\n", "line 2: id() has no place"),
        ("engine/domain/order.py", GOOD + "x = hash('a')\n", "line 2: hash() has no place"),
        ("engine/simulation/venue.py", GOOD + "x = open('a')\n", "line 2: open() has no place"),
        ("engine/strategies/one.py", GOOD + "for x in {1, 2}: pass\n", "line 2: the order of a set"),
        ("requirements/dev.txt", "--index-url https://mirror.example/simple\n", "a place to download from"),
        ("requirements/runtime.txt", "flask @ https://mirror.example/flask.whl\n", "a place to download from"),
        ("web/package-lock.json", '{"resolved": "https://mirror.example/a.tgz"}', "a place to download from"),
    ],
)
def test_what_is_untidy_is_found(tmp_path: Path, name: str, text: str, says: str) -> None:
    plant(tmp_path, name, text)
    found = findings(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")
    assert says in found[0]


def plant(root: Path, name: str, text: str) -> None:
    """Write one file of a tree."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
