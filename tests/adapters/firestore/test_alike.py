"""A write that is made of one before is the very write that would be made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.firestore.alike import fill_alike
from engine.adapters.firestore.encoder import fill_replace, fill_set
from engine.adapters.firestore.messages import Message, message

NAME = "projects/x/databases/(default)/documents/orders/one"
Write: Message = message("Write")
PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, -2.5]) | st.sampled_from(["", "a"])
MOMENTS = st.sampled_from([datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 5, 3, 45, 1, 5, tzinfo=UTC)])
VALUES = st.recursive(
    PLAIN | MOMENTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
FIELDS = st.fixed_dictionaries({"state": VALUES, "price": VALUES, "history": VALUES})


def anew(fields: dict[Any, Any], *, replaces: bool) -> Message:
    return (fill_replace if replaces else fill_set)(Write(), NAME, fields)


@given(st.lists(FIELDS, min_size=2, max_size=4), st.booleans())
def test_whatever_was_written_before_the_write_is_the_same(several: list[dict[str, Any]], replaces: bool) -> None:
    for fields in several:
        assert fill_alike(Write(), "orders", NAME, fields, replaces=replaces) == anew(fields, replaces=replaces)


@pytest.mark.parametrize(("before", "after"), [(1, 1.0), (1, True), (0.0, False), ("", None), ([], {}), ([1], [1.0])])
def test_values_that_are_equal_and_of_another_type_are_written_as_what_they_are(before: Any, after: Any) -> None:
    for value in (before, after, before):
        fields = {f"of {before!r} and {after!r}": {"deep": value}, "flat": value}
        assert fill_alike(Write(), "alike", NAME, fields, replaces=True) == anew(fields, replaces=True)


def test_a_write_of_before_keeps_its_own_name_and_values() -> None:
    first = fill_alike(Write(), "kept", "a/b", {"state": "sent"}, replaces=False)
    second = fill_alike(Write(), "kept", "a/c", {"state": "filled"}, replaces=False)
    assert [write.update.name for write in (first, second)] == ["a/b", "a/c"]
    assert first.update.fields["state"].string_value == "sent"


def test_slots_of_a_day_are_written_side_by_side() -> None:
    for slot in ("0915", "0916"):
        fields = {("bars", slot): {"o": 1.0}, "day": "2026-01-05"}
        assert fill_alike(Write(), "bars", NAME, fields, replaces=False) == anew(fields, replaces=False)
