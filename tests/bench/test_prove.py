"""The runner of the long proofs: it goes on where it was, repeats what failed, keeps the figures, asks for its data."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import record
from bench.contender import ROOT
from bench.proofs import PROOFS, Proof
from bench.prove import DataMissing, check_data, prove, read_report, unfinished
from bench.provenance import commit

TESTS = '''"""A proof of a test's own."""
import pytest
pytestmark = pytest.mark.prove

def test_three_kills(record_property):
    record_property("kills", 3)

def test_that_holds_while_the_file_is_there():
    assert {file!r} and __import__("pathlib").Path({file!r}).exists()
'''


def silent(line: str) -> None:
    """Where progress goes."""


def proof_of(folder: Path) -> tuple[Proof, Path]:
    """A proof that passes while the file beside it exists."""
    file, tests = folder / "there", folder / "test_sample.py"
    tests.write_text(TESTS.format(file=str(file)))
    return Proof("sample", "that the runner runs", (str(tests),)), file


def test_a_proof_keeps_what_passed_what_failed_and_its_figures(tmp_path: Path) -> None:
    proof, file = proof_of(tmp_path)
    failed = prove(proof, None, tmp_path, silent)
    assert (failed["passed"], failed["tests"]) == (False, 2)
    assert failed["failed"] == ["test_that_holds_while_the_file_is_there"]
    file.touch()
    passed = prove(proof, None, tmp_path, silent)
    assert (passed["passed"], passed["tests"], passed["failed"]) == (True, 2, [])
    assert passed["figures"] == {"test_three_kills": {"kills": 3}}
    assert record.read(tmp_path, "prove-sample") == passed


def test_a_proof_without_a_test_has_not_passed(tmp_path: Path) -> None:
    (tmp_path / "test_none.py").write_text('"""Holds no test at all."""\n')
    assert not prove(Proof("none", "nothing", (str(tmp_path / "test_none.py"),)), None, tmp_path, silent)["passed"]
    assert read_report(tmp_path / "never written.xml")["tests"] == 0


def test_what_passed_for_this_version_is_left_out_and_all_else_is_done_again(tmp_path: Path) -> None:
    proofs = [Proof(name, "", ()) for name in ("passed", "failed", "of-before", "never-run")]
    said: list[str] = []
    for name, result in (
        ("passed", {"passed": True, "commit": "new", "date": "2026-01-05T04:00Z"}),
        ("failed", {"passed": False, "commit": "new", "date": "2026-01-05T04:00Z"}),
        ("of-before", {"passed": True, "commit": "old", "date": "2026-01-05T04:00Z"}),
    ):
        record.write(tmp_path, f"prove-{name}", result)
    left = unfinished(proofs, tmp_path, "new", said.append)
    assert [proof.name for proof in left] == ["failed", "of-before", "never-run"]
    assert said == ["passed: passed for new already, on 2026-01-05T04:00Z; ONLY=passed runs it again"]


def test_data_that_is_missing_is_asked_for_by_command(tmp_path: Path) -> None:
    parity = next(proof for proof in PROOFS if proof.name == "parity")
    with pytest.raises(DataMissing, match="make prove ONLY=parity DATA=folder"):
        check_data(parity, None)
    with pytest.raises(DataMissing, match="there is no nse_ticks_2021_raw in"):
        check_data(parity, tmp_path)
    (tmp_path / "nse_ticks_2021_raw").mkdir()
    check_data(parity, tmp_path)


def test_every_proof_selects_tests_that_exist() -> None:
    for proof in PROOFS:
        for selection in proof.tests:
            assert (ROOT / selection.partition("::")[0]).is_file(), proof.name


@pytest.mark.parametrize("module", ["bench", "bench.prove"])
def test_an_unknown_name_is_refused_with_those_that_exist(module: str) -> None:
    words = [sys.executable, "-m", module, "--only", "nothing"]
    answer = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert answer.returncode == 2
    assert "engine_ticks" in answer.stderr or "parity" in answer.stderr


def test_results_do_not_make_another_version_but_code_does(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    assert commit(tmp_path) == "unknown"
    git("init", "-q")
    (tmp_path / "code.py").write_text("1\n")
    git("add", ".")
    git("commit", "-qm", "code")
    version = commit(tmp_path)
    record.write(tmp_path / "bench" / "results", "figure", {"ratio": 1})
    assert commit(tmp_path) == version
    git("add", ".")
    git("commit", "-qm", "results")
    assert commit(tmp_path) == version
    (tmp_path / "code.py").write_text("2\n")
    changed = commit(tmp_path)
    assert changed.startswith(f"{version}+")
    (tmp_path / "new.py").write_text("3\n")
    assert commit(tmp_path) not in {version, changed}
