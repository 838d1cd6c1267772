"""What a message looks like: field by field, by kind of value. Fed by tests with messages; feeds them shapes."""

from __future__ import annotations

from typing import Any

NUMBER, TEXT, NOTHING, TRUTH = "number", "text", "null", "true or false"


def shape_of(value: Any) -> Any:
    """The message with every value replaced by its kind; a list by the shapes that its items have, each once."""
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    if isinstance(value, list):
        shapes: list[Any] = []
        shapes += (shape for shape in map(shape_of, value) if shape not in shapes)
        return shapes
    if isinstance(value, bool):
        return TRUTH
    if value is None:
        return NOTHING
    return NUMBER if isinstance(value, int | float) else TEXT
