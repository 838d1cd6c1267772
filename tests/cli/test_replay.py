"""`lockstep replay`: alike is 0, a difference 1 with its first one told, and a bad file one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.domain.instant import MINUTE, iso
from engine.recording.day_file import DayReader, DayWriter
from engine.recording.decisions import Decision
from engine.recording.event_codec import PACK, encode_event
from engine.recording.steps import DECISIONS, EVENT
from tests.cli.command import lockstep
from tests.recording.recorded import RecordedDay
from tests.runtime.small_market import DAY


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RecordedDay(tmp_path_factory.mktemp("recordings")).trade(80).file


def written_again(day: Path, path: Path, verdict: str) -> Path:
    """The same day as it would have been recorded by a code whose tenth verdict was another."""
    reader = DayReader(day)
    writer, seen = DayWriter(path, reader.header), 0
    for step in reader.steps():
        decisions: list[Decision] = []
        for decision in step.decisions:
            seen += decision.kind == "DecisionRecord"
            tenth = decision.kind == "DecisionRecord" and seen == 10
            fields = {**decision.fields, "verdict": verdict} if tenth else decision.fields
            decisions.append(Decision(decision.kind, fields))
        entries = [(EVENT, *encode_event(step.event)), (DECISIONS, [(each.kind, each.fields) for each in decisions])]
        writer.write(PACK.encode(entries[: 1 + bool(decisions)]))
    writer.close()
    return path


def test_a_day_that_todays_code_decides_alike_is_good(day: Path) -> None:
    ran = lockstep("replay", "--day", day)
    assert ran.code == 0, ran.err
    assert "paper-test, 2026-03-02, run 1, decided by test" in ran.out
    assert "all the same with today's code" in ran.out


def test_a_difference_is_told_with_time_bot_symbol_inputs_and_both_verdicts(day: Path, tmp_path: Path) -> None:
    ran = lockstep("replay", "--day", written_again(day, tmp_path / "changed.day", "daydreaming"))
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[1].startswith("1 of ")
    assert "bot " in lines[2]
    assert "on ACME" in lines[2] or "on BOLT" in lines[2]
    assert "verdict daydreaming" in lines[3]
    assert "inputs " in lines[3]
    assert lines[4].startswith("  now        verdict ")
    assert 'differs    verdict: "daydreaming" -> ' in lines[5]


def test_json_has_counts_and_differences(day: Path, tmp_path: Path) -> None:
    changed = written_again(day, tmp_path / "changed.day", "daydreaming")
    told = json.loads(lockstep("replay", "--day", changed, "--json").out)
    assert (told["account_id"], told["day"], told["run"], told["differing"]) == ("paper-test", "2026-03-02", 1, 1)
    (one,) = told["differences"]
    assert (one["then"]["verdict"], one["fields"]) == ("daydreaming", ["verdict"])
    assert one["now"]["bot_id"] == one["bot_id"] == one["then"]["bot_id"]
    alike = json.loads(lockstep("replay", "--day", day, "--json").out)
    assert (alike["differing"], alike["differences"]) == (0, [])
    assert alike["ticks"] > 100


def test_a_bots_decisions_are_shown_one_by_one_until_a_time(day: Path) -> None:
    until = DAY.open_at + 75 * MINUTE
    ran = lockstep("replay", "--day", day, "--bot", "late", "--until", iso(until))
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()[:-2]
    assert lines
    assert all(" late " in line or "SubmitOrder" in line or "CancelOrder" in line for line in lines)
    assert all(line.split()[0] <= iso(until) for line in lines)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"LOCKSTEP-DAY 9\n", "is recorded in format 9, and this version reads 1"),
        (b"nothing of ours", "is no recorded day"),
    ],
)
def test_a_bad_file_is_one_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.day"
    path.write_bytes(content)
    ran = lockstep("replay", "--day", path)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert words in ran.err


def test_a_missing_file_and_a_time_without_a_zone_are_told(tmp_path: Path) -> None:
    ran = lockstep("replay", "--day", tmp_path / "none.day")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "none.day: No such file" in ran.err
    assert lockstep("replay", "--day", "x", "--until", "2026-03-02T10:05").code == 2
    assert "example:" in lockstep("replay", "--help").out
