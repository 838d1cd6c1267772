"""The grade of a check is that of its worst line."""

from __future__ import annotations

from engine.domain.findings import Grade, amber, green, red, worst


def test_the_worst_line_grades_the_whole() -> None:
    good, doubtful, bad = green("a", "well"), amber("b", "so so", "look"), red("c", "ill", "mend")
    assert worst([]) is worst([good]) is Grade.GREEN
    assert worst([good, doubtful, good]) is Grade.AMBER
    assert worst([bad, doubtful, good]) is Grade.RED
