"""Outcomes on disk: there as soon as they are known, and only for the sweep that they are of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.errors import InvalidValue, OperatingError
from engine.research.sweep.trial import Job
from engine.research.sweep.trial_log import NAME, TrialLog
from tests.research.sweep.hills import PLAN, outcome_worth

JOBS = [Job((("buy_at", level),)) for level in (30, 40, 50)]


def written(folder: Path) -> None:
    """A log with an outcome for each of JOBS."""
    with TrialLog(folder, PLAN, resume=False) as log:
        for number, job in enumerate(JOBS):
            log.add(job, outcome_worth(float(number)))


def test_an_outcome_is_on_disk_before_add_returns(tmp_path: Path) -> None:
    with TrialLog(tmp_path, PLAN, resume=False) as log:
        log.add(JOBS[0], outcome_worth(1.5))
        assert json.loads((tmp_path / NAME).read_text().splitlines()[1])["figures"]["sharpe"] == 1.5


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    written(tmp_path)
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        assert [log.get(job) for job in JOBS] == [outcome_worth(float(number)) for number in range(3)]
        assert log.get(Job((("buy_at", 60),))) is None


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_that_was_being_written_is_left_out_and_overwritten(tmp_path: Path, cut: int) -> None:
    written(tmp_path)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-cut])
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        assert log.get(JOBS[1]) == outcome_worth(1.0)
        assert log.get(JOBS[2]) is None
        log.add(JOBS[2], outcome_worth(2.0))
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        assert log.get(JOBS[2]) == outcome_worth(2.0)


def test_a_log_cut_in_its_first_line_begins_anew(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"sweep": {"str')
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        log.add(JOBS[0], outcome_worth(1.0))
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        assert len(log) == 1


def test_a_folder_that_holds_a_sweep_is_not_overwritten(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(InvalidValue, match="holds a sweep; add --resume to go on with it"):
        TrialLog(tmp_path, PLAN, resume=False)


def test_a_log_that_never_got_an_outcome_is_begun_anew(tmp_path: Path) -> None:
    TrialLog(tmp_path, replace(PLAN, strategy="trend"), resume=False).close()
    with TrialLog(tmp_path, PLAN, resume=False) as log:
        log.add(JOBS[0], outcome_worth(1.0))
    with TrialLog(tmp_path, PLAN, resume=True) as log:
        assert len(log) == 1


def test_there_must_be_something_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="there is no sweep in"):
        TrialLog(tmp_path / "none", PLAN, resume=True)
    with pytest.raises(InvalidValue, match="needs --out"):
        TrialLog(None, PLAN, resume=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"data_digest": "other"}, "another data digest"),
        ({"strategy": "trend"}, "another strategy"),
        ({"cash": "5"}, "another cash"),
        ({"fixed": {"sell_at": 50}}, "another fixed"),
        ({"own_digest": "x"}, "another own digest"),
    ],
)
def test_another_sweep_is_not_gone_on_with(tmp_path: Path, change: dict[str, object], told: str) -> None:
    written(tmp_path)
    with pytest.raises(InvalidValue, match=told.replace(" digest", "")):
        TrialLog(tmp_path, replace(PLAN, **change), resume=True)


def test_the_folder_of_own_strategies_may_have_moved(tmp_path: Path) -> None:
    written(tmp_path)
    with TrialLog(tmp_path, replace(PLAN, own_folder="elsewhere"), resume=True) as log:
        assert len(log) == 3


def test_results_of_other_code_are_not_mixed_in(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / NAME
    first, _, rest = path.read_text().partition("\n")
    path.write_text(json.dumps(json.loads(first) | {"source": "0" * 64}) + "\n" + rest)
    with pytest.raises(InvalidValue, match="made by other code than today's"):
        TrialLog(tmp_path, PLAN, resume=True)


def test_a_damaged_log_is_refused_in_a_sentence(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / NAME
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "not json", *lines[1:]]) + "\n")
    with pytest.raises(InvalidValue, match="is damaged"):
        TrialLog(tmp_path, PLAN, resume=True)


def test_two_sweeps_do_not_write_one_log(tmp_path: Path) -> None:
    written(tmp_path)
    with TrialLog(tmp_path, PLAN, resume=True):
        with pytest.raises(OperatingError, match="another sweep is writing it"):
            TrialLog(tmp_path, PLAN, resume=True)
