"""Steps of `make setup` run once, and again when they must. Stands on local/install."""

from pathlib import Path

import pytest

from local.errors import StackError
from local.install import Step, main


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Something to depend on."""
    path = tmp_path / "lock.txt"
    path.write_text("flask==1")
    return path


def step(lock: Path, folder: Path, done: list[str]) -> Step:
    """A step that notes when it acts, and makes a file."""

    def act() -> None:
        done.append(lock.read_text())
        (folder / "made").touch()

    return Step("making", (lock,), folder / "made", folder / "stamp", act)


def test_a_step_acts_once(lock: Path, tmp_path: Path) -> None:
    done: list[str] = []
    step(lock, tmp_path, done).run()
    step(lock, tmp_path, done).run()
    assert done == ["flask==1"]


def test_a_step_acts_again_when_its_inputs_change(lock: Path, tmp_path: Path) -> None:
    done: list[str] = []
    step(lock, tmp_path, done).run()
    lock.write_text("flask==2")
    step(lock, tmp_path, done).run()
    assert done == ["flask==1", "flask==2"]


def test_a_step_acts_again_when_what_it_made_is_gone(lock: Path, tmp_path: Path) -> None:
    done: list[str] = []
    step(lock, tmp_path, done).run()
    (tmp_path / "made").unlink()
    step(lock, tmp_path, done).run()
    assert len(done) == 2


def test_a_step_that_fails_is_tried_again_the_next_time(lock: Path, tmp_path: Path) -> None:
    def fail() -> None:
        raise StackError("no network")

    done: list[str] = []
    step(lock, tmp_path, done).run()
    lock.write_text("flask==2")
    with pytest.raises(StackError, match="no network"):
        Step("making", (lock,), tmp_path / "made", tmp_path / "stamp", fail).run()
    step(lock, tmp_path, done).run()
    assert done == ["flask==1", "flask==2"]


def test_an_unknown_part_is_answered_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["everything"]) == 2
    assert "python|run|bench|all" in capsys.readouterr().err
