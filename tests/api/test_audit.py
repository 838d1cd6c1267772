"""The audit log as its owner reads it: newest first, page by page, narrowed by who, what and about what."""

from __future__ import annotations

import pytest

from engine.ports import Fields
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, audit_fields, put

ROWS = [
    (2, "engine", "order_sent", "B"), (3, "broker", "order_filled", "B"), (4, "uid-asha", "halted", "paper-demo"),
    (5, "engine", "order_sent", "C"), (10, "engine", "order_expired", "C"),
]  # fmt: skip


@pytest.fixture
def seeded(world: World) -> World:
    put(world.documents, ASHAS, *[
        ("audit_log", f"H{number}", audit_fields(
            ASHA, ASHAS, number=number, actor=actor, action=action, subject=subject, hash=f"H{number}"
        ))
        for number, actor, action, subject in ROWS
    ])  # fmt: skip
    return world


def page(world: World, query: str = "") -> Fields:
    answer = world.call("GET", f"/audit{query}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def numbers(found: Fields) -> list[int]:
    return [item["number"] for item in found["items"]]


def test_the_newest_number_comes_first(seeded: World) -> None:
    found = page(seeded)
    assert numbers(found) == [10, 5, 4, 3, 2, 1]
    assert found["cursor"] is None
    assert found["keep_days"] == 1827
    names = "number at actor action subject before after hash previous_hash"
    assert set(names.split()) <= found["items"][0].keys()


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_follow_each_other_without_a_gap(seeded: World, limit: int) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        found = page(seeded, f"?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        seen += numbers(found)
        cursor = found["cursor"]
    assert seen == [10, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?action=order_sent", [5, 2, 1]), ("?actor=uid-asha", [4]), ("?subject=C", [10, 5]),
        ("?action=order_sent&subject=C&actor=engine", [5]), ("?actor=nobody", []),
    ],
)  # fmt: skip
def test_it_is_narrowed_by_action_actor_and_subject(seeded: World, query: str, wanted: list[int]) -> None:
    assert numbers(page(seeded, query)) == wanted


def test_another_word_is_refused_instead_of_answered_with_everything(seeded: World) -> None:
    answer = seeded.call("GET", "/audit?acton=order_sent")
    assert answer.status_code == 400
